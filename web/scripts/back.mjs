// A page reached from a list of results leads back to that very list.
const link = document.querySelector('[data-back]')
if (link && document.referrer) {
  const from = new URL(document.referrer)
  if (from.origin === location.origin && /^(\/en)?\/recherche$/.test(from.pathname)) {
    link.href = from.href
    link.textContent = link.dataset.back
  }
}
