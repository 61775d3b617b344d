// Improvements only: every page works without this file.
import './print.mjs'
import './here.mjs'
