// A print button where a page has a place for it: without scripts nothing is shown.
for (const place of document.querySelectorAll('[data-print]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'action no-print'
  button.append(...place.childNodes)
  button.addEventListener('click', () => window.print())
  place.replaceWith(button)
}
