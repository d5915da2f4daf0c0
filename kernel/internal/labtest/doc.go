// Package labtest holds the browser tests: it runs JupyterLab on our kernel and
// drives Chromium as a reader would (drive.mjs, with Playwright), then looks at
// what the reader sees and at the saved notebooks.
//
// The tests need JupyterLab (songsong lab --prepare), Chromium (Debian:
// chromium), Node.js and «npm ci» in this folder; where one is missing they are
// skipped, and fail if SONGSONG_CI is set. $SONGSONG_SHOTS names a folder to
// keep the screenshots in.
package labtest
