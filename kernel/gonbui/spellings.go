package gonbui

// The other spellings that GoNB has for the same functions.

// DisplayHtml is [DisplayHTML].
func DisplayHtml(html string) { DisplayHTML(html) }

// DisplayHtmlf is [DisplayHTMLF].
func DisplayHtmlf(format string, args ...any) { DisplayHTMLF(format, args...) }

// DisplayPng is [DisplayPNG].
func DisplayPng(png []byte) { DisplayPNG(png) }

// DisplaySvg is [DisplaySVG].
func DisplaySvg(svg string) { DisplaySVG(svg) }

// UpdateHtml is [UpdateHTML].
func UpdateHtml(id, html string) { UpdateHTML(id, html) }

// UniqueId is [UniqueID].
func UniqueId() string { return UniqueID() }
