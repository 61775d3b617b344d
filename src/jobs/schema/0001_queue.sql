-- due_ms: when it may be claimed: its start while it waits, the end of its lease while it runs, NULL once
-- it is over. token: of the worker that holds it.
CREATE TABLE job_queue (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  once_key TEXT UNIQUE,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead')),
  due_ms BIGINT,
  attempts BIGINT NOT NULL,
  token TEXT,
  created_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  failure TEXT,
  CHECK ((due_ms IS NULL) = (state IN ('done', 'dead'))),
  CHECK ((token IS NULL) = (state <> 'running'))
);
CREATE INDEX job_queue_due ON job_queue (due_ms, id);
CREATE INDEX job_queue_ended ON job_queue (ended_ms);
