/** What is difficult about structures that have grown: written by hand, one table for one thing where that can be. */

/** 63 bytes are what PostgreSQL keeps of a name. */
const long = "a_name_that_is_so_long_that_two_of_its_kind_are_the_same_when";

/** What Petrel finds no words for, and what others need. */
export const unmanagedOnPostgres: readonly string[] = [
  "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%')",
  "CREATE SEQUENCE lone_sequence",
  "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
];

export const difficultOnPostgres: readonly string[] = [
  "CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy 🐘')",
  `CREATE TYPE "Odd Type" AS ENUM ('A', 'b')`,
  "CREATE SCHEMA billing",
  // Names
  `CREATE TABLE "select" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "from" text, "Group" text DEFAULT 'x', "order" int NOT NULL)`,
  `CREATE TABLE "🐘 it's ""quoted""" ("the id" int PRIMARY KEY, "a.b" text, "line
break" text)`,
  `CREATE TABLE ${long}_one (id int PRIMARY KEY, ${long}_1 int CHECK (${long}_1 > 0))`,
  `CREATE TABLE ${long}_two (id int PRIMARY KEY, ${long}_2 int REFERENCES ${long}_one (id))`,
  `CREATE TABLE "users" (id bigserial PRIMARY KEY, name varchar(50) NOT NULL)`,
  `CREATE TABLE "Users" ("Id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "constructor" text, "toString" text, "class" text)`,
  // Keys
  "CREATE TABLE serials (id serial PRIMARY KEY, n serial NOT NULL, big bigserial, small smallint DEFAULT 3)",
  "CREATE TABLE without_key (line text, at timestamptz DEFAULT now())",
  "CREATE TABLE pairs (a int, b text, c uuid, PRIMARY KEY (b, a), UNIQUE (a, c))",
  "CREATE TABLE pair_users (id int PRIMARY KEY, pa int, pb text, pc uuid, FOREIGN KEY (pb, pa) REFERENCES pairs (b, a) ON UPDATE CASCADE, FOREIGN KEY (pa, pc) REFERENCES pairs (a, c))",
  "CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree (id) ON DELETE SET NULL)",
  "CREATE TABLE ring_a (id int PRIMARY KEY, b int)",
  "CREATE TABLE ring_b (id int PRIMARY KEY, a int REFERENCES ring_a (id) DEFERRABLE INITIALLY DEFERRED)",
  "ALTER TABLE ring_a ADD CONSTRAINT ring_of_its_own FOREIGN KEY (b) REFERENCES ring_b (id) DEFERRABLE",
  "CREATE TABLE one_to_one (id bigint PRIMARY KEY REFERENCES users (id))",
  'CREATE TABLE named_oddly (id int CONSTRAINT the_key PRIMARY KEY, code text CONSTRAINT code_is_unique UNIQUE, other int CONSTRAINT "leads somewhere" REFERENCES tree (id), CONSTRAINT is_positive CHECK (id > 0), CONSTRAINT waits UNIQUE (other) DEFERRABLE)',
  // Types
  "CREATE TABLE types (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'sad', ms mood[], o \"Odd Type\", e email, t text[] DEFAULT '{}', n numeric, d numeric(5, 2) DEFAULT 1.50, f real, i interval, net inet, j json, jb jsonb DEFAULT '{\"a\": [1]}', b bytea, c char(3), z timestamp, r int4range, x xml, ts tsvector)",
  "CREATE TABLE generated (id int PRIMARY KEY, first text, last text, full_name text GENERATED ALWAYS AS (first || ' ' || last) STORED, twice int NOT NULL GENERATED ALWAYS AS (id * 2) STORED)",
  'CREATE TABLE collated (id int PRIMARY KEY, name text COLLATE "C", UNIQUE NULLS NOT DISTINCT (name))',
  "CREATE TABLE checked (id int PRIMARY KEY, age int CHECK (age BETWEEN 0 AND 150), kind varchar(10) CHECK (kind IN ('a', 'b')), starts date, ends date, CHECK (starts < ends), EXCLUDE USING gist (int4range(id, age) WITH &&))",
  // Indexes
  "CREATE TABLE indexed (id int PRIMARY KEY, name text, doc jsonb, at timestamptz, tags text[])",
  "CREATE UNIQUE INDEX indexed_lower ON indexed (lower(name)) WHERE at IS NOT NULL",
  "CREATE INDEX indexed_covering ON indexed (name DESC NULLS LAST, at) INCLUDE (id)",
  "CREATE INDEX indexed_gin ON indexed USING gin (doc jsonb_path_ops)",
  "CREATE INDEX indexed_tags ON indexed USING gin (tags)",
  "CREATE INDEX indexed_path ON indexed ((doc ->> 'a'), (doc #>> '{b,c}'))",
  "CREATE INDEX indexed_pattern ON indexed (name text_pattern_ops)",
  "CREATE INDEX indexed_brin ON indexed USING brin (at)",
  // Comments
  "COMMENT ON TABLE tree IS 'it''s a \"tree\" */ `${x}`'",
  "COMMENT ON COLUMN tree.parent IS 'two\nlines'",
  "COMMENT ON INDEX indexed_lower IS 'found by it'",
  // Partitions, inheritance, views
  "CREATE TABLE measures (id int, day date NOT NULL, value float8, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
  "CREATE TABLE measures_2026 PARTITION OF measures FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "CREATE INDEX measures_value ON measures (value)",
  "CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value bytea)",
  "CREATE VIEW tree_names AS SELECT t.id, u.name FROM tree t JOIN users u ON u.id = t.id",
  "CREATE MATERIALIZED VIEW tree_count AS SELECT count(*) AS n FROM tree",
  "CREATE VIEW of_views AS SELECT * FROM tree_names WHERE name <> 'x'",
  // Functions and triggers
  "CREATE TRIGGER touched BEFORE UPDATE ON tree FOR EACH ROW EXECUTE FUNCTION touch()",
  "CREATE TABLE by_sequence (id int PRIMARY KEY DEFAULT nextval('lone_sequence'), word text DEFAULT lower('A' || 'B'), random_id uuid DEFAULT gen_random_uuid())",
  // Schemas
  "CREATE TABLE billing.invoices (id int PRIMARY KEY, user_id bigint REFERENCES users (id), total numeric(10, 2) CHECK (total >= 0))",
  "CREATE TABLE billing_notes (id int PRIMARY KEY, invoice_id int REFERENCES billing.invoices (id))",
];

export const difficultOnSqlite: readonly string[] = [
  `CREATE TABLE "select" (id INTEGER PRIMARY KEY AUTOINCREMENT, "from" TEXT, [Group] TEXT DEFAULT 'x', \`order\` INTEGER NOT NULL) STRICT`,
  `CREATE TABLE "🐘 it's ""quoted""" ("the id" INTEGER PRIMARY KEY, "a.b" TEXT, "line
break" TEXT)`,
  `CREATE TABLE ${long}_one (id INTEGER PRIMARY KEY, ${long}_1 INTEGER CHECK (${long}_1 > 0)) STRICT`,
  `CREATE TABLE ${long}_two (id INTEGER PRIMARY KEY, ${long}_2 INTEGER REFERENCES ${long}_one (id)) STRICT`,
  'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "constructor" TEXT, "class" TEXT) STRICT',
  "CREATE TABLE without_key (line TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP)",
  "CREATE TABLE pairs (a INTEGER NOT NULL, b TEXT NOT NULL, c TEXT, PRIMARY KEY (b, a), UNIQUE (a, c)) WITHOUT ROWID, STRICT",
  "CREATE TABLE pair_users (id INTEGER PRIMARY KEY, pa INTEGER, pb TEXT, pc TEXT, FOREIGN KEY (pb, pa) REFERENCES pairs (b, a) ON UPDATE CASCADE, FOREIGN KEY (pa, pc) REFERENCES pairs (a, c)) STRICT",
  "CREATE TABLE tree (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree (id) ON DELETE SET NULL) STRICT",
  "CREATE TABLE ring_a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES ring_b (id)) STRICT",
  "CREATE TABLE ring_b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES ring_a (id) DEFERRABLE INITIALLY DEFERRED) STRICT",
  "CREATE TABLE one_to_one (id INTEGER PRIMARY KEY REFERENCES users (id)) STRICT",
  'CREATE TABLE named_oddly (id INTEGER CONSTRAINT the_key PRIMARY KEY, code TEXT CONSTRAINT code_is_unique UNIQUE, other INTEGER CONSTRAINT "leads somewhere" REFERENCES tree (id), CONSTRAINT is_positive CHECK (id > 0)) STRICT',
  "CREATE TABLE old_types (id INT PRIMARY KEY, a VARCHAR(10), b BIGINT NOT NULL DEFAULT 9007199254740993, c DECIMAL(10, 2), d DATETIME DEFAULT CURRENT_TIMESTAMP, e BOOLEAN DEFAULT FALSE, f, g DOUBLE PRECISION, h UNSIGNED BIG INT, i NVARCHAR(100) COLLATE NOCASE)",
  "CREATE TABLE generated (id INTEGER PRIMARY KEY, first TEXT, last TEXT, full_name TEXT GENERATED ALWAYS AS (first || ' ' || last) STORED, twice INTEGER NOT NULL AS (id * 2)) STRICT",
  "CREATE TABLE checked (id INTEGER PRIMARY KEY, age INTEGER CHECK (age BETWEEN 0 AND 150), kind TEXT CHECK (kind IN ('a', 'b')), starts TEXT, ends TEXT, CHECK (starts < ends)) STRICT",
  "CREATE TABLE indexed (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, doc TEXT CHECK (json_valid(doc)), at TEXT) STRICT",
  "CREATE UNIQUE INDEX indexed_lower ON indexed (lower(name)) WHERE at IS NOT NULL",
  "CREATE INDEX indexed_down ON indexed (name DESC, at COLLATE RTRIM)",
  "CREATE INDEX indexed_path ON indexed (doc ->> 'a')",
  "CREATE VIEW tree_names AS SELECT t.id, u.name FROM tree t JOIN users u ON u.id = t.id",
  "CREATE TRIGGER touched AFTER UPDATE ON tree BEGIN UPDATE users SET name = 'x;y' WHERE id = NEW.id; END",
  "CREATE VIRTUAL TABLE search USING fts5(title, body)",
];
