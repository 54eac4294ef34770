// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"bufio"
	"io"
	"regexp"
	"strings"
)

var (
	configEntry = regexp.MustCompile(`^(menu)?config\s+([A-Za-z0-9_]+)\s*$`)
	dependsOn   = regexp.MustCompile(`^depends on\s+(.+)$`)
	promptLine  = regexp.MustCompile(`^(bool|tristate|string|int|hex|prompt)\s+["']`)
	selectLine  = regexp.MustCompile(`^select\s+([A-Za-z0-9_]+)`)
)

// readFile adds what one file says about the symbols.
func readFile(r io.Reader, symbols map[string]*symbol) error {
	k := fileReader{symbols: symbols}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		indented := strings.HasPrefix(lines.Text(), " ") || strings.HasPrefix(lines.Text(), "\t")
		if k.help && indented {
			continue // prose, whatever it looks like
		}
		k.line(strings.TrimSpace(lines.Text()))
	}
	return lines.Err()
}

// fileReader reads one Kconfig file.
type fileReader struct {
	symbols map[string]*symbol
	name    string   // of the entry
	current *symbol  // the entry, if it is wanted
	around  []string // a condition for each open if, menu and choice; may be empty
	menu    bool     // the entry is a menu: its entries have its dependencies, too
	help    bool
}

func (k *fileReader) line(text string) {
	word, rest, _ := strings.Cut(text, " ")
	switch m := configEntry.FindStringSubmatch(text); {
	case m != nil:
		k.entry(m[2])
	case word == "if" || word == "menu" || word == "choice":
		k.open(word, rest)
	case (word == "endif" || word == "endmenu" || word == "endchoice") && len(k.around) > 0:
		k.around = k.around[:len(k.around)-1]
		k.current, k.menu, k.name, k.help = nil, false, "", false
	case word == "help":
		k.help = true
	default:
		k.property(text)
	}
}

func (k *fileReader) entry(name string) {
	k.name, k.current, k.menu, k.help = name, k.symbols[name], false, false
	if k.current != nil {
		k.current.known = true
		for _, condition := range k.around {
			k.current.need(condition)
		}
	}
}

func (k *fileReader) open(word, rest string) {
	condition := ""
	if word == "if" {
		condition = rest
	}
	k.around = append(k.around, condition)
	k.name, k.current, k.menu, k.help = "", nil, word == "menu", false
}

func (k *fileReader) property(text string) {
	if m := dependsOn.FindStringSubmatch(text); m != nil {
		switch {
		case k.current != nil:
			k.current.need(m[1])
		case k.menu:
			k.around[len(k.around)-1] = m[1]
		}
	}
	if k.current != nil && promptLine.MatchString(text) {
		k.current.prompt = true
	}
	if m := selectLine.FindStringSubmatch(text); m != nil && k.symbols[m[1]] != nil {
		k.symbols[m[1]].selected = append(k.symbols[m[1]].selected, k.name)
	}
}
