// SPDX-License-Identifier: Apache-2.0

package modcode

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// compilers are those with which the tests compile C, where installed. Only GCC
// lists the functions that ftrace can redirect; for Clang objtool does so.
var compilers = []string{"gcc", "clang", "clang-19"}

// common precedes each test's C.
const common = `
void msleep(unsigned);
void other(void);
#define opaque __attribute__((noinline, used))
`

// compile compiles C to an object for x86, as Kbuild compiles a module.
func compile(t testing.TB, cc, code string, flags ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(cc); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	source, object := filepath.Join(dir, "m.c"), filepath.Join(dir, "m.o")
	if err := os.WriteFile(source, []byte(common+code), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-c", "-O2", "-fno-pic", "-fno-pie", "-mcmodel=kernel", "-fno-asynchronous-unwind-tables", "-o", object, source}, flags...)
	if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		if strings.Contains(string(out), "option") { // for another machine or version
			t.Skipf("%s %q: %s", cc, args, out)
		}
		t.Fatalf("%s: %v\n%s", cc, err, out)
	}
	data, err := os.ReadFile(object)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// traced are the flags that make each function known to ftrace.
var traced = []string{"-pg", "-mfentry", "-mrecord-mcount"}

func TestFunctions(t *testing.T) {
	const code = `
opaque static int before(void) { asm volatile(""); return 1; }
opaque static void calls(void) { msleep(1); asm volatile(""); }
opaque static void jumps(void) { other(); msleep(1); }
opaque static void may_jump(int x) { if (x) msleep(1); }
opaque __attribute__((no_instrument_function)) static void silent(void) { msleep(2); asm volatile(""); }
`
	for name, flags := range map[string][]string{
		"plain":              nil,
		"for size":           {"-Os"},
		"with ENDBR64":       {"-fcf-protection=branch"},
		"a section for each": {"-ffunction-sections"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Functions(bytes.NewReader(compile(t, "gcc", code, append(flags, traced...)...)))
			if err != nil {
				t.Fatal(err)
			}
			want := []Function{
				{Name: "before", Traced: true},
				{Name: "calls", Traced: true, Calls: []string{"msleep"}},
				{Name: "jumps", Traced: true, Calls: []string{"other"}, Jumps: []string{"msleep"}},
				{Name: "may_jump", Traced: true, Jumps: []string{"msleep"}},
				{Name: "silent", Calls: []string{"msleep"}},
			}
			if diff := cmp.Diff(want, tidy(t, got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// tidy drops sizes, which must not be 0, and calls of the tracer.
func tidy(t *testing.T, list []Function) []Function {
	t.Helper()
	for i, f := range list {
		if f.Size == 0 {
			t.Errorf("%s has no size", f.Name)
		}
		list[i].Size, list[i].Calls = 0, nil
		for _, name := range f.Calls {
			if name != "__fentry__" {
				list[i].Calls = append(list[i].Calls, name)
			}
		}
	}
	return list
}

func find(t *testing.T, cc, code, name string, flags ...string) Function {
	t.Helper()
	list, err := Functions(bytes.NewReader(compile(t, cc, code, flags...)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no %s in %+v", name, list)
	return Function{}
}

func TestTwins(t *testing.T) {
	const code = `void one(void) { asm volatile(""); }
void two(void) __attribute__((alias("one")));
`
	if f := find(t, "gcc", code, "one"); !cmp.Equal(f.Twins, []string{"two"}) {
		t.Errorf("%+v", f)
	}
}

// GCC turns one of two functions with the same code into a jump to the other.
// Both are in the same section, so no relocation shows it.
func TestFolded(t *testing.T) {
	const code = `
struct hold { void *task; long inside; _Bool released; };
#define SLEEP(h) do { wake(&(h)->inside); while (!*(volatile _Bool *)&(h)->released) msleep(20); } while (0)
void wake(long *);
static void one(struct hold *h) { SLEEP(h); }
static void two(struct hold *h) { SLEEP(h); }
void (*const table[])(struct hold *) = { one, two };
`
	one, two := find(t, "gcc", code, "one", "-Os"), find(t, "gcc", code, "two", "-Os")
	if (len(one.Calls) == 0) == (len(two.Calls) == 0) {
		t.Errorf("%+v, %+v", one, two)
	}
}

func TestEachCompilersJumps(t *testing.T) {
	const code = `
opaque static void calls(void) { msleep(1); asm volatile(""); }
opaque static void jumps(void) { other(); msleep(1); }
`
	for _, cc := range compilers {
		t.Run(cc, func(t *testing.T) {
			calls, jumps := find(t, cc, code, "calls"), find(t, cc, code, "jumps")
			if !cmp.Equal(calls.Calls, []string{"msleep"}) || len(calls.Jumps) > 0 || !cmp.Equal(jumps.Jumps, []string{"msleep"}) {
				t.Errorf("%+v, %+v", calls, jumps)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string][]byte{"not a relocatable": program, "bad magic": []byte("not ELF, and long enough")} {
		if _, err := Functions(bytes.NewReader(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	other := compile(t, "gcc", "")
	other[18] = byte(elf.EM_S390) // e_machine
	if _, err := Functions(bytes.NewReader(other)); err == nil || !strings.Contains(err.Error(), "EM_S390") {
		t.Errorf("another machine: %v", err)
	}
}

func TestBranchX86(t *testing.T) {
	for _, tt := range []struct {
		code []byte
		rel  elf.R_X86_64
		want branch
	}{
		{[]byte{0x90, 0xe8}, elf.R_X86_64_PLT32, call},
		{[]byte{0x90, 0xe8}, elf.R_X86_64_PC32, call},
		{[]byte{0x90, 0xe9}, elf.R_X86_64_PLT32, jump},
		{[]byte{0x0f, 0x85}, elf.R_X86_64_PLT32, jump},
		{[]byte{0x8d, 0x3d}, elf.R_X86_64_PC32, neither},
		{[]byte{0x90, 0xe8}, elf.R_X86_64_32S, neither},
		{[]byte{0xe8}, elf.R_X86_64_PLT32, neither},
	} {
		if got := branchX86(tt.code, uint64(len(tt.code)), uint32(tt.rel)); got != tt.want {
			t.Errorf("% x %v: %v, want %v", tt.code, tt.rel, got, tt.want)
		}
	}
	if got := branchX86([]byte{0x90, 0xe8}, 1<<40, uint32(elf.R_X86_64_PLT32)); got != neither {
		t.Errorf("outside of the code: %v", got)
	}
}

func FuzzFunctions(f *testing.F) {
	f.Add([]byte("\x7fELF"))
	if _, err := exec.LookPath("gcc"); err == nil {
		f.Add(compile(f, "gcc", "opaque static void f(void) { other(); msleep(1); }", traced...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Functions(bytes.NewReader(data))
		if err == nil && len(list) > len(data) {
			t.Errorf("%d functions in %d bytes", len(list), len(data))
		}
	})
}
