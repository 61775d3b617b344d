-- Who changed or looked at what. `detail` holds names of fields, never their values.
CREATE TABLE journal_entry (
  seq BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX journal_entry_object ON journal_entry (object_kind, object_id, seq);

-- One row. (seq, hash): the last entry. (first_seq, first_prev): where the chain now starts, and the hash
-- of the last entry that was purged.
CREATE TABLE journal_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  first_seq BIGINT NOT NULL,
  first_prev TEXT NOT NULL
);
INSERT INTO journal_head (id, seq, hash, first_seq, first_prev) VALUES (1, 0, '', 1, '');

-- Entries are never changed; only those before the start of the chain may go.
-- @sqlite
CREATE TRIGGER journal_entry_kept_update BEFORE UPDATE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_entry_kept_delete BEFORE DELETE ON journal_entry
WHEN OLD.seq >= (SELECT first_seq FROM journal_head WHERE id = 1)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_head_kept BEFORE DELETE ON journal_head
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- @postgresql
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append-only';
END $$;
CREATE FUNCTION journal_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.seq >= (SELECT first_seq FROM journal_head WHERE id = 1) THEN
    RAISE EXCEPTION 'the journal is append-only';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER journal_entry_kept_update BEFORE UPDATE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_entry_kept_delete BEFORE DELETE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION journal_refuse_delete();
CREATE TRIGGER journal_entry_kept_truncate BEFORE TRUNCATE ON journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_head_kept BEFORE DELETE ON journal_head
FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_head_kept_truncate BEFORE TRUNCATE ON journal_head
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
-- @all
