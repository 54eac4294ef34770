// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	_ "embed" // the template and the style are in separate files
	"html/template"
	"io"
	"strings"
)

// Style is the style sheet of a [Timeline.Inline] drawing.
//
//go:embed timeline.css
var Style string

//go:embed timeline.svg.tmpl
var svg string

var drawings = template.Must(template.New("svg").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(Style) },
}).Parse(svg))

// WriteSVG writes a drawing with a heading as a self-contained file.
func (t Timeline) WriteSVG(w io.Writer, name, title string) error {
	return drawings.ExecuteTemplate(w, "alone", draw(t, "klptest", name, title))
}

// Inline returns the drawing as a part of an HTML page, which needs [Style] once.
// id must be unique in the page.
func (t Timeline) Inline(id string) (template.HTML, error) {
	var b strings.Builder
	err := drawings.ExecuteTemplate(&b, "svg", draw(t, id, "", ""))
	return template.HTML(b.String()), err
}
