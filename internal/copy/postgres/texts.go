package postgres

// namesTextsQuery lists the texts of rarer kinds: the options of text search
// dictionaries and of foreign data, and the names of what is not a relation, a
// type or a constraint. Casts, operators and conversions hold no text but names;
// what publications, subscriptions and rights say is the survey's.
const namesTextsQuery = `SELECT * FROM (
SELECT 'options of text search dictionary ' || oid::regdictionary AS place, dictinitoption AS body FROM pg_ts_dict WHERE oid >= 16384
UNION ALL SELECT 'options of a foreign data wrapper', array_to_string(fdwoptions, ' ') FROM pg_foreign_data_wrapper
UNION ALL SELECT 'options of a foreign column of ' || attrelid::regclass, array_to_string(attfdwoptions, ' ') FROM pg_attribute WHERE attfdwoptions IS NOT NULL
UNION ALL SELECT 'setting of a function', array_to_string(proconfig, ' ') FROM pg_proc WHERE oid >= 16384 AND proconfig IS NOT NULL
UNION ALL SELECT 'name of a function', proname FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'name of an argument', array_to_string(proargnames, ' ') FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'name of a trigger', tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'name of a rule', rulename FROM pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN'
UNION ALL SELECT 'name of a policy', polname FROM pg_policy
UNION ALL SELECT 'name of extended statistics', stxname FROM pg_statistic_ext
UNION ALL SELECT 'name of a publication', pubname FROM pg_publication
UNION ALL SELECT 'name of an event trigger', evtname FROM pg_event_trigger
UNION ALL SELECT 'name of a collation', collname FROM pg_collation WHERE oid >= 16384
UNION ALL SELECT 'name of a conversion', conname FROM pg_conversion WHERE oid >= 16384
UNION ALL SELECT 'name of an operator class', opcname FROM pg_opclass WHERE oid >= 16384
UNION ALL SELECT 'name of an operator family', opfname FROM pg_opfamily WHERE oid >= 16384
UNION ALL SELECT 'name of a text search object', n FROM (SELECT oid, cfgname AS n FROM pg_ts_config UNION ALL SELECT oid, dictname FROM pg_ts_dict UNION ALL SELECT oid, prsname FROM pg_ts_parser
  UNION ALL SELECT oid, tmplname FROM pg_ts_template) AS t WHERE oid >= 16384
UNION ALL SELECT 'name of foreign data', n FROM (SELECT fdwname AS n FROM pg_foreign_data_wrapper UNION ALL SELECT srvname FROM pg_foreign_server) AS t
) AS texts WHERE body <> '' ORDER BY 1`
