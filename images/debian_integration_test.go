// SPDX-License-Identifier: Apache-2.0

package images

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func needVM(t *testing.T) {
	t.Helper()
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to download kernels and build a module")
	}
}

const hello = `// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/livepatch.h>
static int hello_init(void) { pr_info("hello\n"); return 0; }
static void hello_exit(void) { }
module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
`

func TestDebianKernelsBuildModules(t *testing.T) {
	needVM(t)
	for _, series := range []string{"6.12", "6.1"} {
		t.Run(series, func(t *testing.T) {
			c := newCache(t)
			begin := time.Now()
			k, err := Resolve(t.Context(), c, "debian:"+series, Options{Notice: func(s string) { t.Log(s) }})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s after %v", k.Name, time.Since(begin).Round(100*time.Millisecond))
			if !strings.HasSuffix(k.Image, "/vmlinux") || len(k.Modules) < 3 {
				t.Errorf("boots %s with %v", k.Image, k.Modules)
			}
			if m := append(Required(k.Config), Recommended(k.Config)...); len(m) != 0 {
				t.Errorf("Debian's kernel lacks %v", m)
			}
			buildHello(t, k)
		})
	}
}

func buildHello(t *testing.T, k *Kernel) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"hello.c": hello, "Kbuild": "obj-m := hello.o\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	begin := time.Now()
	out, err := exec.CommandContext(t.Context(), "make", "-C", k.KDir, "M="+dir, "modules").CombinedOutput()
	t.Logf("built in %v\n%s", time.Since(begin).Round(100*time.Millisecond), out)
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(dir, "hello.ko"))
	if err != nil || !strings.Contains(string(module), "vermagic="+k.Release+" ") {
		t.Errorf("not for %s, %v", k.Release, err)
	}
}
