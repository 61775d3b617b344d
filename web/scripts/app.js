// Improvements only: every page works without this file.
import './back.mjs'
import './print.mjs'
import './here.mjs'
