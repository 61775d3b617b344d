// “Around me”: fills the place of the search with the position, after a click and the browser's question.
for (const place of document.querySelectorAll('[data-here]')) {
  if (!navigator.geolocation || !window.isSecureContext) continue
  const form = place.closest('form')
  const where = form.querySelector('[name="ou"]')
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'here'
  button.append(...place.content.childNodes)
  const status = document.createElement('span')
  status.setAttribute('role', 'status')
  status.className = 'here-status'
  place.after(button, status)
  button.addEventListener('click', () => {
    button.disabled = true
    status.textContent = place.dataset.wait
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // About 100 m: enough to sort places, no more than that leaves the phone.
        form.elements.lat.value = coords.latitude.toFixed(3)
        form.elements.lon.value = coords.longitude.toFixed(3)
        where.value = ''
        form.submit()
      },
      () => {
        button.disabled = false
        status.textContent = place.dataset.fail
        where.focus()
      },
      { timeout: 10000, maximumAge: 300000 }
    )
  })
}
