// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// symbol is what Kconfig files say of an option; enough to tell why it cannot
// be set, not a reader of the language
// (Documentation/kbuild/kconfig-language.rst).
type symbol struct {
	known    bool
	prompt   bool     // it can be set by hand
	depends  []string // expressions, of menus and ifs around it as well
	selected []string // who sets it, whatever a .config says
}

var (
	kconfigFile   = regexp.MustCompile(`^Kconfig(\..*|-.*)?$`)
	configEntry   = regexp.MustCompile(`^(menu)?config\s+([A-Za-z0-9_]+)\s*$`)
	dependsOn     = regexp.MustCompile(`^depends on\s+(.+)$`)
	promptLine    = regexp.MustCompile(`^(bool|tristate|string|int|hex|prompt)\s+["']`)
	selectLine    = regexp.MustCompile(`^select\s+([A-Za-z0-9_]+)`)
	conditionName = regexp.MustCompile(`[A-Za-z0-9_]+`)
)

// findSymbols looks for the settings' options in the Kconfig files of a tree.
func findSymbols(source string, wanted []setting) (map[string]*symbol, error) {
	symbols := map[string]*symbol{}
	for _, s := range wanted {
		symbols[s.name] = &symbol{}
	}
	err := filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if foreignArch(source, path) || strings.HasPrefix(d.Name(), ".") && path != source {
			return skip(d)
		}
		if !d.Type().IsRegular() || !kconfigFile.MatchString(d.Name()) {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return readKconfig(f, symbols)
	})
	return symbols, err
}

func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func foreignArch(source, path string) bool {
	dir, name := filepath.Split(path)
	return filepath.Clean(dir) == filepath.Join(source, "arch") && name != "x86" && name != "Kconfig"
}

// readKconfig adds what one file says of the symbols.
func readKconfig(r io.Reader, symbols map[string]*symbol) error {
	k := kconfig{symbols: symbols}
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

// kconfig is a reader of one file.
type kconfig struct {
	symbols map[string]*symbol
	name    string   // of the entry
	current *symbol  // the entry, if it is wanted
	around  []string // a condition for each if, menu and choice that is open; may be empty
	menu    bool     // the entry is a menu: what it depends on, its entries do
	help    bool
}

func (k *kconfig) line(text string) {
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

func (k *kconfig) entry(name string) {
	k.name, k.current, k.menu, k.help = name, k.symbols[name], false, false
	if k.current != nil {
		k.current.known = true
		for _, condition := range k.around {
			k.current.need(condition)
		}
	}
}

func (k *kconfig) open(word, rest string) {
	condition := ""
	if word == "if" {
		condition = rest
	}
	k.around = append(k.around, condition)
	k.name, k.current, k.menu, k.help = "", nil, word == "menu", false
}

func (k *kconfig) property(text string) {
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

func (s *symbol) need(condition string) {
	if condition != "" && !slices.Contains(s.depends, condition) {
		s.depends = append(s.depends, condition)
	}
}

// needs says what a symbol needs, with the values that this is judged by.
func (s *symbol) needs(config map[string]string) string {
	var why []string
	for _, by := range s.selected {
		if config[by] != "" {
			why = append(why, "CONFIG_"+by+" selects it")
		}
	}
	if len(s.depends) > 0 {
		why = append(why, "it depends on "+strings.Join(s.depends, "; "))
		why = append(why, values(s.depends, config))
	}
	switch {
	case !s.known:
		return "this kernel has no such option"
	case len(why) > 0:
		return strings.Join(why, "; ")
	case !s.prompt:
		return "it cannot be set by hand, others select it"
	}
	return "another choice excludes it"
}

// values tells the values of the symbols that conditions name.
func values(conditions []string, config map[string]string) string {
	var list []string
	for _, name := range conditionName.FindAllString(strings.Join(conditions, " "), -1) {
		text := fmt.Sprintf("%s=%s", name, valueOf(config, name))
		if name != "y" && name != "m" && name != "n" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return "here " + strings.Join(list, " ")
}
