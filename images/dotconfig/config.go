// SPDX-License-Identifier: Apache-2.0

package dotconfig

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// maxConfig is the maximum size of a .config. Debian's is 280 KB.
const maxConfig = 8 << 20

var configLine = regexp.MustCompile(`^CONFIG_([A-Za-z0-9_]+)=(.*)$`)

// parse reads a .config.
func parse(r io.Reader) (map[string]string, error) {
	all, err := io.ReadAll(io.LimitReader(r, maxConfig+1))
	if err != nil {
		return nil, err
	}
	if len(all) > maxConfig {
		return nil, fmt.Errorf("it has more than %d bytes", maxConfig)
	}
	config := map[string]string{}
	n := 0
	for line := range strings.Lines(string(all)) {
		n++
		text := strings.TrimSpace(line)
		if text == "" || text[0] == '#' {
			continue
		}
		m := configLine.FindStringSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("line %d is not a kernel option: %.60q", n, text)
		}
		config[m[1]] = Unquote(m[2])
	}
	return config, nil
}

// Unquote returns an option's value without the quotes of a string.
func Unquote(value string) string {
	inner, opened := strings.CutPrefix(value, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !opened || !closed {
		return value
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(inner)
}

// Read reads a kernel's .config, or a config.gz such as that of /proc. It
// returns the options' values, strings without quotes. An option that is not
// set is not in the map.
func Read(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	config, err := parse(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}
