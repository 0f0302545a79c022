-- A schema with everything that pg_dump carries. It holds no real address and no person.
CREATE EXTENSION citext; CREATE EXTENSION postgres_fdw; CREATE EXTENSION btree_gist;
CREATE SCHEMA hr; CREATE SCHEMA "Odd ""Schema"; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA hr TO PUBLIC;
CREATE TYPE mood AS ENUM ('calm', 'busy', 'it''s "odd"'); CREATE TYPE hr.pair AS (label text, mood mood); CREATE DOMAIN code AS varchar(13) DEFAULT 'abc' NOT NULL CHECK (length(VALUE) > 2);
CREATE TYPE steps AS RANGE (subtype = int4, subtype_diff = int4range_subdiff); CREATE COLLATION plain FROM "C";
CREATE FUNCTION add_moods(mood, mood) RETURNS mood LANGUAGE sql IMMUTABLE AS 'SELECT greatest($1, $2)'; REVOKE EXECUTE ON FUNCTION add_moods(mood, mood) FROM PUBLIC;
CREATE OPERATOR hr.<+> (FUNCTION = add_moods, LEFTARG = mood, RIGHTARG = mood); CREATE AGGREGATE hr.top (mood) (SFUNC = add_moods, STYPE = mood, INITCOND = 'calm');
CREATE FUNCTION to_mood(int) RETURNS mood LANGUAGE sql IMMUTABLE AS $$ SELECT 'calm'::mood $$; CREATE CAST (int AS mood) WITH FUNCTION to_mood(int) AS ASSIGNMENT;
CREATE FUNCTION mood_cmp(mood, mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0'; CREATE OPERATOR CLASS hr.by_mood FOR TYPE mood USING hash AS FUNCTION 1 (mood, mood) hashenum(anyenum);
CREATE PROCEDURE hr.nothing() LANGUAGE plpgsql AS 'BEGIN END'; CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TEXT SEARCH DICTIONARY hr.simple_words (TEMPLATE = simple, STOPWORDS = english); CREATE TEXT SEARCH CONFIGURATION hr.plain_words (COPY = simple); ALTER TEXT SEARCH CONFIGURATION hr.plain_words ALTER MAPPING FOR word WITH hr.simple_words;
CREATE CONVERSION hr.own FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE SEQUENCE orphan START 42 INCREMENT 7 CYCLE; GRANT USAGE ON SEQUENCE orphan TO PUBLIC;
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int, contact varchar(80) COLLATE "C", mail citext, c code, m mood DEFAULT 'calm', p hr.pair, s steps,
  upper_contact text GENERATED ALWAYS AS (upper(contact)) STORED, CONSTRAINT short CHECK (length(contact) < 70) NO INHERIT) WITH (fillfactor = 70);
ALTER TABLE customers DROP COLUMN gone; ALTER TABLE customers ALTER contact SET STATISTICS 500; ALTER TABLE customers ALTER mail SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX by_contact ON customers (lower(contact)) WHERE contact IS NOT NULL; CREATE INDEX by_hash ON customers USING hash (m hr.by_mood);
CREATE INDEX by_id ON customers (id DESC NULLS LAST) INCLUDE (m); ALTER TABLE customers CLUSTER ON by_id; CREATE STATISTICS hr.both (ndistinct, mcv) ON contact, m FROM customers;
GRANT SELECT (contact), UPDATE (m) ON customers TO PUBLIC;
CREATE TABLE "Order ""Lines""
x" ("Id" serial PRIMARY KEY, customer bigint REFERENCES customers ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "Note" text DEFAULT E'a\tb\nc\\', span tsrange, EXCLUDE USING gist (customer WITH =, span WITH &&));
ALTER TABLE "Order ""Lines""
x" ADD CONSTRAINT later CHECK ("Note" <> 'no') NOT VALID; ALTER TABLE "Order ""Lines""
x" REPLICA IDENTITY FULL;
CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; ALTER TABLE a ADD CONSTRAINT not_checked FOREIGN KEY (id) REFERENCES b NOT VALID;
CREATE TABLE nothing_in_columns (); CREATE UNLOGGED TABLE quick (v text); CREATE TABLE parent (id int, v text NOT NULL); CREATE TABLE child (extra text) INHERITS (parent);
CREATE TABLE hr.events (id bigint, at date NOT NULL, region text NOT NULL, PRIMARY KEY (id, at, region)) PARTITION BY RANGE (at);
CREATE TABLE hr.events_2023 PARTITION OF hr.events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01') PARTITION BY LIST (region); CREATE TABLE hr."events 2023 EU" PARTITION OF hr.events_2023 FOR VALUES IN ('eu', NULL);
CREATE TABLE hr.events_2023_rest (region text NOT NULL, id bigint NOT NULL, at date NOT NULL); ALTER TABLE hr.events_2023 ATTACH PARTITION hr.events_2023_rest DEFAULT; CREATE TABLE hr.events_rest PARTITION OF hr.events DEFAULT;
CREATE TABLE hr.detached PARTITION OF hr.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'); ALTER TABLE hr.events DETACH PARTITION hr.detached; CREATE INDEX ON hr.events (region);
CREATE TABLE hashed (id int) PARTITION BY HASH (id); CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 1, REMAINDER 0) TABLESPACE pg_default;
DO $$ BEGIN EXECUTE 'CREATE INDEX long_one ON customers (id) WHERE id NOT IN (' || (SELECT string_agg((1000000000 + i)::text, ', ') FROM generate_series(1, 200) AS i) || ')'; END $$;
CREATE VIEW first_view WITH (security_barrier) AS SELECT id, contact FROM customers WHERE contact <> 'x' WITH LOCAL CHECK OPTION; CREATE FUNCTION of_view() RETURNS SETOF first_view LANGUAGE sql AS 'SELECT * FROM first_view'; CREATE VIEW of_function AS SELECT * FROM of_view();
CREATE VIEW grouped AS SELECT id, contact, count(*) FROM customers GROUP BY id; CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM customers; CREATE MATERIALIZED VIEW more AS SELECT n FROM totals; CREATE UNIQUE INDEX ON totals (n); CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA;
CREATE RULE no_delete AS ON DELETE TO parent DO INSTEAD NOTHING; CREATE TRIGGER touched BEFORE INSERT OR UPDATE OF contact ON customers FOR EACH ROW WHEN (NEW.contact <> 'x') EXECUTE FUNCTION touch('arg'); ALTER TABLE customers DISABLE TRIGGER touched;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE b ENABLE ROW LEVEL SECURITY; ALTER TABLE b FORCE ROW LEVEL SECURITY; CREATE POLICY some_rows ON b AS RESTRICTIVE FOR SELECT TO PUBLIC USING (id > 0);
CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION parts FOR TABLES IN SCHEMA hr; CREATE PUBLICATION columns FOR TABLE a (id); CREATE PUBLICATION filtered FOR TABLE b WHERE (id > 5) WITH (publish = 'insert');
CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER et ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'ALTER TABLE') EXECUTE FUNCTION ev(); ALTER EVENT TRIGGER et ENABLE ALWAYS;
ALTER DEFAULT PRIVILEGES IN SCHEMA hr GRANT SELECT ON TABLES TO PUBLIC;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'pg.prod.internal'); CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u', password 'p'); CREATE FOREIGN TABLE far_away (id int OPTIONS (column_name 'x')) SERVER far OPTIONS (table_name 'y'); CREATE VIEW near AS SELECT id FROM far_away;
CREATE SUBSCRIPTION sub CONNECTION 'host=pg.prod.internal' PUBLICATION p WITH (connect = false);
INSERT INTO customers (contact) VALUES ('first'); INSERT INTO parent VALUES (1, 'p'); INSERT INTO child VALUES (2, 'c', 'e'); INSERT INTO hr.events VALUES (1, '2023-05-05', 'eu'), (2, '2020-01-01', 'us'); INSERT INTO b VALUES (1); INSERT INTO hashed VALUES (1);
COMMENT ON TABLE customers IS 'who buys'; COMMENT ON COLUMN customers.contact IS 'a column'; COMMENT ON CONSTRAINT short ON customers IS 'a check'; COMMENT ON FUNCTION touch() IS 'a function'; COMMENT ON TRIGGER touched ON customers IS 'a trigger';
