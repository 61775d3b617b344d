-- The official centre of a commune; the program holds the communes themselves.
CREATE TABLE territory_coordinate (
    code TEXT NOT NULL PRIMARY KEY,
    latitude_e6 BIGINT NOT NULL CHECK (latitude_e6 BETWEEN -90000000 AND 90000000),
    longitude_e6 BIGINT NOT NULL CHECK (longitude_e6 BETWEEN -180000000 AND 180000000),
    surface_ha BIGINT NOT NULL DEFAULT 0 CHECK (surface_ha >= 0)
);
CREATE TABLE territory_setting (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at_ms BIGINT NOT NULL
);
