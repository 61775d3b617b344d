-- What each file said and what became of it; what people chose; places that are one and the same.

-- An import that took place: one row a run.
CREATE TABLE directory_import (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL, -- what is imported again and again: a record that its feed no longer has is gone
    file_name TEXT NOT NULL,
    format TEXT NOT NULL,
    actor TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    undone_at_ms BIGINT NOT NULL DEFAULT 0,
    rows_read BIGINT NOT NULL,
    added BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    kept_deleted BIGINT NOT NULL,
    dropped BIGINT NOT NULL,
    corrected BIGINT NOT NULL
);
CREATE INDEX directory_import_feed ON directory_import (feed, at_ms);

-- What an import changed, to undo it; what it added has its id in `added_by`. Values are kept until `directory.forget_imports` removes them.
CREATE TABLE directory_import_change (
    import_id TEXT NOT NULL REFERENCES directory_import (id),
    number BIGINT NOT NULL,
    kind BIGINT NOT NULL CHECK (kind IN (0, 1, 2)),
    record_id TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('update', 'gone', 'back')),
    changes TEXT, -- JSON {"telephone": [before, after]}, cells of the standard; NULL for what is gone
    PRIMARY KEY (import_id, number)
);

-- A person gave this value, or emptied it: a file does not change it any more.
CREATE TABLE directory_choice (
    kind BIGINT NOT NULL CHECK (kind IN (0, 1, 2)),
    record_id TEXT NOT NULL,
    field TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (kind, record_id, field)
);

-- feed: as in directory_import; NULL: no file says this record. added_by: the import that added it; NULL: none did. gone_at_ms: its file no longer has it (then
-- deleted_at_ms is the same moment; a removal by a person has 0 here). remarks: JSON, what the last import corrected or
-- left aside: [[field, rule, before, after], …].
ALTER TABLE directory_place ADD COLUMN feed TEXT;
ALTER TABLE directory_place ADD COLUMN added_by TEXT;
ALTER TABLE directory_place ADD COLUMN gone_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE directory_place ADD COLUMN remarks TEXT;
ALTER TABLE directory_structure ADD COLUMN feed TEXT;
ALTER TABLE directory_structure ADD COLUMN added_by TEXT;
ALTER TABLE directory_structure ADD COLUMN gone_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE directory_structure ADD COLUMN remarks TEXT;
ALTER TABLE directory_service ADD COLUMN feed TEXT;
ALTER TABLE directory_service ADD COLUMN added_by TEXT;
ALTER TABLE directory_service ADD COLUMN gone_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE directory_service ADD COLUMN remarks TEXT;

-- Places that are the same: each keeps what its source says, and is seen through the place it is merged into, whose
-- values are made from theirs.
ALTER TABLE directory_place ADD COLUMN merged_into TEXT;
CREATE INDEX directory_place_merged ON directory_place (merged_into);
CREATE TABLE directory_merge (
    id TEXT PRIMARY KEY,
    place_id TEXT NOT NULL, -- the one that stands for them all
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    score BIGINT,
    undone_at_ms BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE directory_merge_part (
    merge_id TEXT NOT NULL REFERENCES directory_merge (id),
    place_id TEXT NOT NULL,
    slug TEXT, -- the permalink that it lent to the merged place; NULL: none
    PRIMARY KEY (merge_id, place_id)
);
-- A person said that these two are not the same: they are not proposed again. a < b.
CREATE TABLE directory_distinct (
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (a, b)
);

-- Answers of the address service, kept so that the same address is not asked twice.
CREATE TABLE directory_geocode (
    query TEXT PRIMARY KEY, -- folded address, postal code, commune
    found BIGINT NOT NULL CHECK (found IN (0, 1)),
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    score DOUBLE PRECISION,
    label TEXT,
    type TEXT, -- housenumber, street, locality, municipality
    code_insee TEXT,
    at_ms BIGINT NOT NULL
);

-- Exports read their rows in the order of these: no sort, whatever the number of rows.
CREATE INDEX directory_place_lamednum ON directory_place ((COALESCE(source_texte, '')), source_id);
CREATE INDEX directory_place_inclusion ON directory_place (source, (source || '--' || source_id));
CREATE INDEX directory_structure_published ON directory_structure (source, source_id);
CREATE INDEX directory_service_published ON directory_service (source, source_id);
