// Pictures of pages, to look at: shots.mjs FOLDER [name…] [--width N] [--print] [--screen] [--out FOLDER]
// --screen: what is seen without scrolling
// FOLDER holds what `preview` wrote; or give an address (http://…) and paths.
import { createServer } from 'node:http'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const args = process.argv.slice(2)
const option = (name, fallback) => {
  const at = args.indexOf(name)
  return at < 0 ? fallback : args.splice(at, 2)[1]
}
const screen = args.includes('--screen') && args.splice(args.indexOf('--screen'), 1).length > 0
const print = args.includes('--print') && args.splice(args.indexOf('--print'), 1).length > 0
const width = Number(option('--width', '320'))
const out = option('--out', 'shots')
const [source, ...names] = args
const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', woff2: 'font/woff2' }

let base = source
let server
if (!/^https?:/.test(source)) {
  server = createServer((request, response) => {
    try {
      const path = decodeURIComponent(request.url.split('?')[0])
      response.setHeader('Content-Type', types[path.split('.').pop()] ?? 'text/html; charset=utf-8')
      response.end(readFileSync(join(source, path)))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${server.address().port}`
}
const pages = names.length ? names : readdirSync(source).filter(f => f.endsWith('.html')).map(f => f.slice(0, -5))
mkdirSync(out, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage']
})
const context = await browser.newContext({ viewport: { width, height: width > 600 ? 900 : 640 }, locale: 'fr-FR' })
for (const name of pages) {
  const page = await context.newPage()
  if (print) await page.emulateMedia({ media: 'print' })
  await page.goto(server ? `${base}/${name}.html` : base + name, { waitUntil: 'networkidle' })
  const file = join(out, `${name.replace(/[^\w-]+/g, '_')}-${print ? 'print' : width}.png`)
  await page.screenshot({ path: file, fullPage: !screen })
  console.log(file)
  await page.close()
}
await browser.close()
server?.close()
