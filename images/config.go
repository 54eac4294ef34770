// SPDX-License-Identifier: Apache-2.0

package images

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// maxConfig is how long a .config may be; Debian's is 280 KB.
const maxConfig = 8 << 20

var configLine = regexp.MustCompile(`^CONFIG_([A-Za-z0-9_]+)=(.*)$`)

// parseConfig reads a kernel's .config: options without CONFIG_, strings
// without their quotes; an option that is not set is not in the map.
func parseConfig(r io.Reader) (map[string]string, error) {
	all, err := readAtMost(r, maxConfig)
	if err != nil {
		return nil, err
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
		config[m[1]] = unquote(m[2])
	}
	return config, nil
}

func unquote(value string) string {
	inner, opened := strings.CutPrefix(value, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !opened || !closed {
		return value
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(inner)
}

// readConfig reads a .config, or a config.gz such as /proc has.
func readConfig(path string) (map[string]string, error) {
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
	config, err := parseConfig(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}
