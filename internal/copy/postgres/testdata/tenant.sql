-- A small tenant with the shapes that copies stumble over. It holds no real address and no person.
CREATE EXTENSION citext;
CREATE SCHEMA hr;
CREATE SCHEMA "Odd ""Schema""";
CREATE TYPE mood AS ENUM ('calm', 'busy', 'it''s "odd"');
CREATE TYPE hr.pair AS (label text, mood mood, moods mood[]);
CREATE DOMAIN short_code AS varchar(13) CHECK (length(VALUE) > 2);
CREATE DOMAIN moods AS mood[];
CREATE TYPE mood_range AS RANGE (subtype = int4);
CREATE SEQUENCE orphan START 42 INCREMENT 7;
SELECT nextval('orphan');
CREATE SEQUENCE never_called START 5;

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gone int,
  contact varchar(80),
  phone text,
  code short_code UNIQUE,
  profile jsonb,
  payload text,
  labels text[],
  contact_upper text GENERATED ALWAYS AS (upper(contact)) STORED,
  created timestamptz NOT NULL DEFAULT '2024-02-29 12:00:00+00',
  CHECK (created > '2000-01-01')
);
ALTER TABLE customers DROP COLUMN gone;
INSERT INTO customers (contact, phone, code, profile, payload, labels) VALUES
  ('Waltraud Secretperson', '+41 44 668 18 00', '4815162342108', '{"owner": "Waltraud Secretperson", "n": 12345678901234567890.5}', '{"owner": "Waltraud Secretperson"}', '{"Waltraud Secretperson",NULL}'),
  (NULL, NULL, NULL, NULL, NULL, NULL),
  ('', '', 'abc', '{"a": {"a": 1}}', '{"a": 1}', '{}');
CREATE INDEX customers_lower ON customers (lower(contact)) WHERE contact IS NOT NULL;

CREATE TABLE "Order ""Lines""" (
  "Id" serial PRIMARY KEY,
  customer bigint REFERENCES customers (id) DEFERRABLE INITIALLY DEFERRED,
  "Note" text,
  tab_and_newline text DEFAULT E'a\tb\nc\\d\r'
);
INSERT INTO "Order ""Lines""" (customer, "Note") SELECT 1, repeat('line ', i % 50) FROM generate_series(1, 3000) AS i;

CREATE TABLE "Odd ""Schema"""."every type" (
  i2 smallint, i4 int, i8 bigint, n numeric, f4 real, f8 double precision, b bool, c char(4), ct citext, by bytea, d date, t time, tz timestamptz, iv interval, u uuid, j json, jb jsonb,
  ip inet, mac macaddr, m money, bits bit varying, x xml, r int4range, mr int4multirange, p point, ts tsvector, e mood, ea mood[], er mood_range, co hr.pair, coa hr.pair[], da moods, nm name, oi oid
);
INSERT INTO "Odd ""Schema"""."every type" VALUES
  (-32768, -2147483648, -9223372036854775808, 'NaN', '-0', 'Infinity', true, 'a', 'MiXed', '\x00ff5c', '-infinity', '24:00', '0044-03-15 12:00:00+00 BC', '1 mon -1 day 00:00:00.000001', '00000000-0000-0000-0000-000000000001',
   '{"a":1,"a":2}', '{"b": [1, null]}', '10.0.0.0/8', '08:00:2b:01:02:03', '12.34', B'101', '<a>x</a>', '[1,5)', '{[1,2),[5,7)}', '(1.5,-2)', 'a:1 b:2', 'busy', '{calm,NULL,"it''s \"odd\""}', '[3,9)',
   ROW('x', 'calm', '{busy}'), ARRAY[ROW('y', NULL, NULL)::hr.pair, NULL], '{calm,busy}', 'pg_name', 12345),
  (NULL, NULL, NULL, 'Infinity', 'NaN', '-0', NULL, '', '', '', 'infinity', NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, B'', NULL, 'empty', '{}', NULL, '', NULL, '{}', NULL, NULL, '{}', NULL, '', NULL),
  (1, 2, 3, 12345678901234567890.000000001, 1e-30, 5e-324, false, 'abcd', 'x', '\x', '2024-02-29', '12:34:56.789', '2024-02-29 00:00:00+00', '0', gen_random_uuid(), '[]', '"s"', '::1', NULL, '-0.01', B'1', NULL, '(,)', NULL, NULL, NULL,
   'calm', '[2:3]={calm,busy}', 'empty', ROW(NULL, NULL, '{}'), NULL, NULL, NULL, NULL);

CREATE TABLE catalog_refs (id int, rel regclass, note text, acl aclitem[]);
INSERT INTO catalog_refs VALUES (1, 'customers', E'tab\there\nand \\ there', '{postgres=r/postgres}'), (2, NULL, NULL, NULL), (3, 'orphan', '', '{}');

CREATE TABLE nothing_in_columns ();
INSERT INTO nothing_in_columns DEFAULT VALUES;
INSERT INTO nothing_in_columns DEFAULT VALUES;

CREATE TABLE parent (id int, v text);
CREATE TABLE child (extra text) INHERITS (parent);
INSERT INTO parent VALUES (1, 'parent');
INSERT INTO child VALUES (2, 'child', 'extra');

CREATE TABLE hr.events (id bigint, at date NOT NULL, region text NOT NULL, body text, PRIMARY KEY (id, at, region)) PARTITION BY RANGE (at);
CREATE TABLE hr.events_2023 PARTITION OF hr.events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01') PARTITION BY LIST (region);
CREATE TABLE hr."events 2023 EU" PARTITION OF hr.events_2023 FOR VALUES IN ('eu');
CREATE TABLE hr.events_2023_rest (body text, region text NOT NULL, id bigint NOT NULL, at date NOT NULL);
ALTER TABLE hr.events_2023 ATTACH PARTITION hr.events_2023_rest DEFAULT;
CREATE TABLE hr.events_rest PARTITION OF hr.events DEFAULT;
INSERT INTO hr.events SELECT i, '2023-06-01'::date + i, CASE i % 3 WHEN 0 THEN 'eu' ELSE 'us' END, 'event ' || i FROM generate_series(1, 500) AS i;
CREATE INDEX ON hr.events (body);

CREATE VIEW open_customers AS SELECT id, contact FROM customers WHERE contact IS NOT NULL;
CREATE MATERIALIZED VIEW totals AS SELECT region, count(*) AS n FROM hr.events GROUP BY region;
CREATE MATERIALIZED VIEW totals_of_totals AS SELECT sum(n) AS n FROM totals;
CREATE UNIQUE INDEX ON totals (region);
CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS one WITH NO DATA;

CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."Note" := 'stamped'; RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON "Order ""Lines""" FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE RULE quiet AS ON UPDATE TO parent WHERE old.id = 99 DO INSTEAD NOTHING;
CREATE STATISTICS spread ON at, region FROM hr.events;
ALTER TABLE child ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON child USING (true);
CREATE PUBLICATION changes FOR TABLE parent;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "Order ""Lines""" ADD CONSTRAINT note_short CHECK (length("Note") < 5) NOT VALID;
COMMENT ON TABLE customers IS 'a comment is not carried';
