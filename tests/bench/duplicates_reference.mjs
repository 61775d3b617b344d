// The reference way of finding duplicates, plainly: every pair of a commune from two sources whose kinds agree, names and addresses by
// their indel ratio, distance in degrees, mean of the three. duplicates_reference.mjs FILE.json
import { readFileSync } from "node:fs";

const started = process.cpuUsage();
const places = JSON.parse(readFileSync(process.argv[2], "utf8"));

const lcs = (a, b) => {
  let row = new Uint16Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    let before = 0;
    for (let k = 0; k < b.length; k++) {
      const up = row[k + 1];
      row[k + 1] = a.charCodeAt(i) === b.charCodeAt(k) ? before + 1 : Math.max(up, row[k]);
      before = up;
    }
  }
  return row[b.length];
};
const clean = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, " ").trim();
const ratio = (a, b) => (a.length + b.length ? Math.round((200 * lcs(a, b)) / (a.length + b.length)) : 100);
const near = (a, b) => {
  const d = Math.hypot(a.latitude - b.latitude, a.longitude - b.longitude);
  return d < 0.0004 ? 100 : Math.trunc(100 / (d * 1000 + 1));
};
const agree = (a, b) =>
  !a.typologie || !b.typologie || a.typologie === b.typologie || (["RFS", "PIMMS"].includes(a.typologie) && ["RFS", "PIMMS"].includes(b.typologie));

const communes = new Map();
for (const p of places) {
  p.name = clean(p.nom);
  p.street = clean(p.adresse);
  if (!communes.has(p.code_insee)) communes.set(p.code_insee, []);
  communes.get(p.code_insee).push(p);
}
let compared = 0, found = 0;
for (const block of communes.values())
  for (let i = 0; i < block.length; i++)
    for (let k = i + 1; k < block.length; k++) {
      const a = block[i], b = block[k];
      if (a.source === b.source || !agree(a, b)) continue;
      compared++;
      if (Math.trunc((ratio(a.name, b.name) + ratio(a.street, b.street) + near(a, b)) / 3) > 60) found++;
    }
console.log(`${places.length} places, ${compared} pairs compared, ${found} over 60: ${(process.cpuUsage(started).user / 1e6).toFixed(3)} s of one core`);
