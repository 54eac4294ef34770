// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the page is in separate files
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/klptest/klptest/internal/timeline"
)

// The parts of the page. It is self-contained and fetches nothing.
var (
	//go:embed html.css
	htmlCSS string
	//go:embed html.js
	htmlJS string
	//go:embed html.tmpl
	htmlText string

	htmlPage = template.Must(template.New("page").Parse(htmlText))
)

// WriteHTML writes a page that shows runs to people: a grid of tests and runs, and
// for each result that needs explaining what happened, what is wrong, the log, and
// how to repeat it. The page is a single file. Its policy allows only its own script
// and style sheet; html/template escapes all text.
func WriteHTML(w io.Writer, docs []Document) error {
	p, err := newPage(docs)
	if err != nil {
		return err
	}
	css := htmlCSS + timeline.Style + fmt.Sprintf("\n:root{--runs:%d}\n", len(docs))
	b := bufio.NewWriter(w)
	err = htmlPage.Execute(b, struct {
		page
		CSS    template.CSS
		JS     template.JS
		Policy string
	}{p, template.CSS(css), template.JS(htmlJS), policy(css, htmlJS)})
	if err != nil {
		return err
	}
	return b.Flush()
}

// policy is the page's Content-Security-Policy: it allows only the style sheet and
// the script with these digests.
func policy(css, js string) string {
	digest := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", digest(css), digest(js))
}
