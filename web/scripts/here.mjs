// “Around me”: searches around the position, after a click and the browser's question.
for (const place of document.querySelectorAll('[data-here]')) {
  if (!navigator.geolocation || !window.isSecureContext) continue
  const form = place.closest('form')
  const where = form.elements.ou
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'here'
  button.append(...place.childNodes)
  const status = document.createElement('span')
  status.setAttribute('role', 'status')
  place.after(button, status)

  const found = ({ coords }) => {
    // About 100 m: enough to sort places, and no more leaves the phone.
    for (const [name, value] of [['lat', coords.latitude], ['lon', coords.longitude]]) {
      const field = document.createElement('input')
      field.type = 'hidden'
      field.name = name
      field.value = value.toFixed(3)
      form.append(field)
    }
    where.value = ''
    form.submit()
  }
  const failed = () => {
    button.disabled = false
    status.textContent = place.dataset.fail
    where.focus()
  }
  button.addEventListener('click', () => {
    button.disabled = true
    status.textContent = place.dataset.wait
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: 10000, maximumAge: 300000 })
  })
}
