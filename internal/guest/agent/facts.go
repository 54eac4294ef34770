// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/images/dotconfig"
)

// facts answers a request for facts.
func (a *Agent) facts(attrs []string, withConfig bool) (f machine.Facts, err error) {
	f.Release, f.NoDebug = a.kernel.Release(), a.debugControl() == ""
	if withConfig {
		if f.Config, err = a.config(); err != nil {
			return machine.Facts{}, err
		}
	}
	f.Sysfs, err = a.attributes(attrs)
	return f, err
}

// config reads /proc/config.gz; nil if the kernel has none.
func (a *Agent) config() (map[string]string, error) {
	config, err := dotconfig.Read(a.files.Path("/proc/config.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return config, err
}

// attributes looks for livepatch attributes in the symbol table:
// kernel/livepatch/core.c calls each ATTR_kobj_attr, and LIVEPATCH depends on
// KALLSYMS_ALL, so that data has symbols.
func (a *Agent) attributes(attrs []string) (map[string]bool, error) {
	found := make(map[string]bool, len(attrs))
	if len(attrs) == 0 {
		return found, nil
	}
	for _, attr := range attrs {
		found[attr] = false
	}
	f, err := os.Open(a.files.Path("/proc/kallsyms"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, ok := bytes.CutSuffix(lines.Bytes(), []byte("_kobj_attr"))
		if !ok {
			continue
		}
		attr := string(name[bytes.LastIndexByte(name, ' ')+1:])
		if _, asked := found[attr]; asked {
			found[attr] = true
		}
	}
	return found, lines.Err()
}
