-- Rows that an import left out: of other départements than those asked for, or not wanted by the mapping.
ALTER TABLE directory_import ADD COLUMN left_out BIGINT NOT NULL DEFAULT 0;

-- Addresses next to points whose file says none, as the address service gave them: the same point is not asked twice.
CREATE TABLE directory_point (
    latitude BIGINT NOT NULL, -- hundred-thousandths of a degree: about a metre
    longitude BIGINT NOT NULL,
    found BIGINT NOT NULL CHECK (found IN (0, 1)),
    adresse TEXT, -- NULL: too far for that
    commune TEXT,
    code_postal TEXT,
    code_insee TEXT,
    distance_m BIGINT,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (latitude, longitude)
);
