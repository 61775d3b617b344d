// Builds what the browser receives: build.mjs OUTDIR. Styles (sass), scripts (esbuild), fonts and images,
// each named by a hash of its content, with its gzip and brotli forms, and manifest.json that lists them.
// Called by tools/assets.py; needs `npm ci` in this folder.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { buildSync, transformSync } from 'esbuild'
import { compile } from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const out = process.argv[2]
const types = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  woff2: 'font/woff2',
  svg: 'image/svg+xml; charset=utf-8',
  png: 'image/png',
  txt: 'text/plain; charset=utf-8'
}
const manifest = []
const inputs = new Set([join(here, 'build.mjs'), join(here, 'package-lock.json')])

function read (path) {
  inputs.add(path)
  return readFileSync(path)
}

// Compressed forms are kept only when they are really smaller (fonts and PNG are compressed already).
function add (name, content) {
  const data = Buffer.from(content)
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 10)
  const dot = name.lastIndexOf('.')
  const asset = {
    name,
    path: `/a/${name.slice(0, dot)}.${hash}${name.slice(dot)}`,
    type: types[name.slice(dot + 1)],
    raw: name
  }
  writeFileSync(join(out, name), data)
  const forms = {
    gzip: gzipSync(data, { level: 9 }),
    brotli: brotliCompressSync(data, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length }
    })
  }
  for (const [form, bytes] of Object.entries(forms)) {
    if (bytes.length < data.length * 0.95) {
      asset[form] = `${name}.${form}`
      writeFileSync(join(out, asset[form]), bytes)
    }
  }
  manifest.push(asset)
  return asset.path
}

function image (name) {
  const text = read(join(here, 'images', name)).toString()
  add(name, text.replace(/<!--[^]*?-->/g, '').replace(/>\s+</g, '><').trim())
}

function styles (name) {
  const result = compile(join(here, 'styles', name.replace('.css', '.scss')), {
    loadPaths: [join(here, 'node_modules')],
    style: 'compressed',
    charset: false,
    quietDeps: true
  })
  for (const url of result.loadedUrls) inputs.add(fileURLToPath(url))
  const css = transformSync(result.css, { loader: 'css', minify: true, target: ['chrome61', 'firefox60', 'safari11'] })
  // url(asset:NAME) becomes the hashed address: assets that styles use are added before them.
  add(name, css.code.trim().replace(/url\("?asset:([\w.-]+)"?\)/g, (_, wanted) => {
    const found = manifest.find(a => a.name === wanted)
    if (!found) throw new Error(`${name}: no asset “${wanted}”`)
    return `url(${found.path})`
  }))
}

function scripts (name) {
  const result = buildSync({
    entryPoints: [join(here, 'scripts', name)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2018',
    write: false,
    metafile: true,
    legalComments: 'none',
    absWorkingDir: here
  })
  for (const path of Object.keys(result.metafile.inputs)) inputs.add(join(here, path))
  add(name, result.outputFiles[0].text)
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
for (const [name, file] of [['text-400.woff2', '400-normal'], ['text-700.woff2', '700-normal']]) {
  add(name, read(join(here, `node_modules/@fontsource/atkinson-hyperlegible/files/atkinson-hyperlegible-latin-${file}.woff2`)))
}
for (const name of readdirSync(join(here, 'images')).sort()) if (/\.(svg|png)$/.test(name)) image(name)
for (const name of readdirSync(join(here, 'styles')).sort()) {
  if (/^[^_].*\.scss$/.test(name)) styles(basename(name, '.scss') + '.css')
}
for (const name of readdirSync(join(here, 'scripts')).sort()) if (name.endsWith('.js')) scripts(name)
writeFileSync(join(out, 'manifest.json'), JSON.stringify({ assets: manifest, inputs: [...inputs].sort() }, null, 1))
