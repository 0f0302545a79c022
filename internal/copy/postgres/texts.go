package postgres

// namesTextsQuery lists the texts of rarer kinds: the options of text search
// dictionaries and of foreign data, and the names of what is not a relation, a
// type or a constraint. Casts, operators and conversions hold no text but names;
// what publications, subscriptions and rights say is the survey's.
const namesTextsQuery = `SELECT * FROM (
SELECT 'options of text search dictionary ' || oid::regdictionary AS place, dictinitoption AS body FROM pg_ts_dict WHERE oid >= 16384
UNION ALL SELECT 'options of a foreign data wrapper', array_to_string(fdwoptions, ' ') FROM pg_foreign_data_wrapper
UNION ALL SELECT 'options of a foreign column of ' || attrelid::regclass, array_to_string(attfdwoptions, ' ') FROM pg_attribute WHERE attfdwoptions IS NOT NULL
UNION ALL SELECT 'setting of function ' || oid::regprocedure, array_to_string(proconfig, ' ') FROM pg_proc WHERE oid >= 16384 AND proconfig IS NOT NULL
UNION ALL SELECT 'name of a function, oid ' || oid, proname FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'name of an argument of the function with oid ' || oid, array_to_string(proargnames, ' ') FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'name of a trigger, oid ' || oid, tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'name of a rule, oid ' || oid, rulename FROM pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN'
UNION ALL SELECT 'name of a policy, oid ' || oid, polname FROM pg_policy
UNION ALL SELECT 'name of extended statistics, oid ' || oid, stxname FROM pg_statistic_ext
UNION ALL SELECT 'name of a publication, oid ' || oid, pubname FROM pg_publication
UNION ALL SELECT 'name of an event trigger, oid ' || oid, evtname FROM pg_event_trigger
UNION ALL SELECT 'name of a collation, oid ' || oid, collname FROM pg_collation WHERE oid >= 16384
UNION ALL SELECT 'name of a conversion, oid ' || oid, conname FROM pg_conversion WHERE oid >= 16384
UNION ALL SELECT 'name of an operator class, oid ' || oid, opcname FROM pg_opclass WHERE oid >= 16384
UNION ALL SELECT 'name of an operator family, oid ' || oid, opfname FROM pg_opfamily WHERE oid >= 16384
UNION ALL SELECT 'name of a text search object, oid ' || oid, n FROM (SELECT oid, cfgname AS n FROM pg_ts_config UNION ALL SELECT oid, dictname FROM pg_ts_dict UNION ALL SELECT oid, prsname FROM pg_ts_parser
  UNION ALL SELECT oid, tmplname FROM pg_ts_template) AS t WHERE oid >= 16384
UNION ALL SELECT 'name of foreign data, oid ' || oid, n FROM (SELECT oid, fdwname AS n FROM pg_foreign_data_wrapper UNION ALL SELECT oid, srvname FROM pg_foreign_server) AS t
) AS texts WHERE body <> '' ORDER BY 1`
