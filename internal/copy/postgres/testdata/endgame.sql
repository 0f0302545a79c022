-- Everything that is built after the rows.
CREATE EXTENSION btree_gist;
CREATE EXTENSION citext;
CREATE SCHEMA "odd; ""schema""";
CREATE TABLE companies (id int PRIMARY KEY, code citext NOT NULL UNIQUE, name text UNIQUE DEFERRABLE INITIALLY DEFERRED, parent int REFERENCES companies (id) ON DELETE CASCADE, boss int);
CREATE TABLE people (id int, company int NOT NULL REFERENCES companies, code citext REFERENCES companies (code) DEFERRABLE INITIALLY DEFERRED, tags text[], period tsrange, note text,
  email text, CONSTRAINT people_key PRIMARY KEY (id) INCLUDE (company) WITH (fillfactor = 80), UNIQUE NULLS NOT DISTINCT (email, note), EXCLUDE USING gist (company WITH =, period WITH &&));
ALTER TABLE companies ADD CONSTRAINT boss FOREIGN KEY (boss) REFERENCES people (id) DEFERRABLE;
CREATE TABLE pairs (a int, b int, "c;d" text DEFAULT ';', PRIMARY KEY (a, b));
CREATE TABLE refers (a int, b int, x int REFERENCES people, y int REFERENCES people, z int REFERENCES companies, FOREIGN KEY (a, b) REFERENCES pairs MATCH FULL);
CREATE TABLE "odd; ""schema"""."t;x" (id serial PRIMARY KEY, "v;""'w" text);
INSERT INTO companies SELECT i, 'code' || i, 'name ' || i, nullif(i / 2, 0), NULL FROM generate_series(1, 300) AS i;
INSERT INTO people SELECT i, i % 300 + 1, 'CODE' || (i % 300 + 1), ARRAY['t' || i % 7], tsrange(timestamp '2024-01-01' + i * interval '1 hour', timestamp '2024-01-01' + i * interval '1 hour 1 min'), 'note ' || i, 'e' || i
  FROM generate_series(1, 3000) AS i;
UPDATE companies SET boss = id;
INSERT INTO pairs SELECT i, i + 1 FROM generate_series(1, 500) AS i;
INSERT INTO refers SELECT i, i + 1, i, i + 1, i % 300 + 1 FROM generate_series(1, 400) AS i;
INSERT INTO "odd; ""schema"""."t;x" ("v;""'w") SELECT 'v' || i FROM generate_series(1, 200) AS i;
SET CONSTRAINTS ALL IMMEDIATE;
CREATE INDEX people_tags ON people USING gin (tags);
CREATE INDEX people_brin ON people USING brin (id) WITH (pages_per_range = 4);
CREATE INDEX people_expr ON people (lower(note), (id % 10)) WHERE note <> E';\\''$x$';
ALTER INDEX people_expr ALTER COLUMN 2 SET STATISTICS 321;
CREATE UNIQUE INDEX people_order ON people (id DESC NULLS LAST, note COLLATE "C");
CREATE INDEX people_invalid ON people (company);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'people_invalid'::regclass;
ALTER TABLE people CLUSTER ON people_order;
CREATE UNIQUE INDEX companies_identity ON companies (id, code);
ALTER TABLE companies REPLICA IDENTITY USING INDEX companies_identity;
ALTER TABLE pairs CLUSTER ON pairs_pkey;
CREATE INDEX "i;""x" ON "odd; ""schema"""."t;x" ("v;""'w") WHERE "v;""'w" <> ';';
CREATE STATISTICS people_both (dependencies, ndistinct) ON company, code FROM people;

CREATE TABLE log (id bigint NOT NULL, at date NOT NULL, who int REFERENCES people, what text) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') PARTITION BY HASH (id);
CREATE TABLE log_2a PARTITION OF log_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE log_2b PARTITION OF log_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE log_rest PARTITION OF log DEFAULT;
INSERT INTO log SELECT i, date '2024-01-01' + i % 100, i % 3000 + 1, 'what ' || i FROM generate_series(1, 2000) AS i;
ALTER TABLE log ADD PRIMARY KEY (id, at);
CREATE INDEX log_what ON log (what);
CREATE INDEX log_half ON ONLY log (who);
CREATE INDEX log_own ON log_1 (who) WHERE who > 5;
CREATE TABLE log_notes (id bigint, at date, FOREIGN KEY (id, at) REFERENCES log);
INSERT INTO log_notes SELECT id, at FROM log WHERE id % 10 = 0;

CREATE TABLE base (id int PRIMARY KEY, v text);
CREATE TABLE derived (w text) INHERITS (base);
INSERT INTO base SELECT i, 'base' FROM generate_series(1, 50) AS i;
INSERT INTO derived SELECT i, 'derived', 'w' FROM generate_series(51, 900) AS i;

SET CONSTRAINTS ALL IMMEDIATE;
CREATE VIEW by_company AS SELECT c.id, c.name, count(p.id) AS n FROM companies c LEFT JOIN people p ON p.company = c.id GROUP BY c.id;
CREATE MATERIALIZED VIEW z_first AS SELECT * FROM by_company;
CREATE VIEW between_views AS SELECT n, count(*) AS times FROM z_first GROUP BY n;
CREATE MATERIALIZED VIEW a_second AS SELECT sum(n * times) AS total FROM between_views;
CREATE MATERIALIZED VIEW unfilled AS SELECT id FROM people WITH NO DATA;
CREATE UNIQUE INDEX ON z_first (id);
CREATE INDEX ON unfilled (id);

CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trigger fired in the load'; END $$;
CREATE TRIGGER never BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION never();
CREATE TRIGGER never_there AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION never();
ALTER TABLE people ENABLE ALWAYS TRIGGER never;
CREATE TRIGGER never_for_all BEFORE TRUNCATE ON pairs EXECUTE FUNCTION never();
ALTER TABLE base ENABLE ROW LEVEL SECURITY;
ALTER TABLE base FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON base USING (id > 0);
CREATE RULE "r;" AS ON DELETE TO pairs DO INSTEAD NOTHING;
ALTER TABLE pairs ADD CONSTRAINT unproved CHECK (a < 5) NOT VALID;
ALTER TABLE pairs ADD CONSTRAINT "unproved key" FOREIGN KEY (a) REFERENCES companies (id) NOT VALID;
