// Package jupyterlab makes a private Python environment with a pinned
// JupyterLab, and runs it.
//
// [Make] prepares the environment (about 25 s and 50 MB of downloads the first
// time, 30 ms later) and [Start] opens JupyterLab in it. Nothing outside the
// environment's folder is changed. Every package has its exact version and hash
// in requirements.txt; see there for how it is made.
package jupyterlab
