// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/matrix"
)

// recipes are the files for CI systems and fleets, with how to extract the shell from
// each, and what its system sets.
var recipes = []struct {
	file   string
	shell  func(t *testing.T, text string) string
	env    []string
	expect []string // command lines of klptest, in order
}{
	{"ci/github.yml", githubShell, []string{"GITHUB_PATH=path", "GITHUB_STEP_SUMMARY=summary"}, []string{
		"matrix nightly.yaml --out nightly/1 --run-id 1 --bundle", "cache prune --max-size 10G",
	}},
	{"ci/gitlab.yml", gitlabShell, nil, []string{
		"matrix nightly.yaml --out nightly/1 --run-id 1 --bundle", "cache prune --max-size 10G",
	}},
	{"ci/crontab", cronShell, nil, []string{
		"matrix nightly.yaml --out nightly/1 --run-id 1 --bundle", "cache prune --max-size 10G",
	}},
	{"fleet/slurm.sh", func(_ *testing.T, text string) string { return "set -- m.yaml /shared/results 1\n" + text },
		[]string{"SLURM_ARRAY_TASK_ID=3", "SLURM_CPUS_PER_TASK=2"}, []string{"matrix m.yaml --out /shared/results/1 --run-id 1 --shard 3/4 -j 2"}},
	{"fleet/kubernetes.yaml", kubernetesShell, []string{"JOB_COMPLETION_INDEX=2", "SHARDS=4", "JOB=klptest-1"}, []string{
		"matrix /matrix/matrix.yaml --out /results/klptest-1 --run-id klptest-1 --shard 3/4 -j 2",
	}},
}

// TestRecipes runs the shell of each recipe, with fakes of klptest and of whatever changes
// the system or uses the network.
func TestRecipes(t *testing.T) {
	docs, err := filepath.Abs(top + "docs")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recipes {
		text, err := os.ReadFile(filepath.Join(docs, r.file))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		filetest.Put(t, filepath.Join(dir, "bin", "klptest"), "#!/bin/sh\nprintf '%s\\n' \"$*\" >>"+dir+"/said\ncase $1 in matrix) mkdir -p \"$4\" ;; esac 2>/dev/null || :\n")
		for _, name := range []string{"apt-get", "git", "make"} {
			filetest.Put(t, filepath.Join(dir, "bin", name), "#!/bin/sh\n")
		}
		for _, name := range []string{"bin/klptest", "bin/apt-get", "bin/git", "bin/make"} {
			if err := os.Chmod(filepath.Join(dir, name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		nightly, err := os.ReadFile(filepath.Join(docs, "ci", "nightly.sh"))
		if err != nil {
			t.Fatal(err)
		}
		filetest.Put(t, filepath.Join(dir, "klptest", "docs", "ci", "nightly.sh"), string(nightly))
		if err := os.Chmod(filepath.Join(dir, "klptest", "docs", "ci", "nightly.sh"), 0o700); err != nil {
			t.Fatal(err)
		}
		runRecipe(t, r.file, dir, r.shell(t, string(text)), r.env)
		said, err := os.ReadFile(filepath.Join(dir, "said"))
		if err != nil {
			t.Errorf("%s: klptest was not called", r.file)
		}
		if got := strings.Split(strings.TrimSpace(string(said)), "\n"); !slices.Equal(got, r.expect) {
			t.Errorf("%s: %q, want %q", r.file, got, r.expect)
		}
		for _, line := range r.expect {
			checkCommand(t, r.file, strings.Fields(line))
		}
	}
}

func runRecipe(t *testing.T, file, dir, shell string, env []string) {
	t.Helper()
	c := exec.Command("sh", "-euc", shell)
	c.Dir = dir
	c.Env = append([]string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "HOME=" + dir, "DAY=1", "XDG_CACHE_HOME=" + filepath.Join(dir, "cache")}, env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", file, err, out)
	}
}

// checkCommand checks that klptest accepts a command line.
func checkCommand(t *testing.T, file string, words []string) {
	t.Helper()
	root := (&app{}).rootCommand()
	c, rest, err := root.Find(words)
	if err == nil {
		err = c.ParseFlags(rest)
	}
	if err == nil {
		err = c.ValidateArgs(c.Flags().Args())
	}
	if err != nil || c == root {
		t.Errorf("%s: klptest %s: %v", file, strings.Join(words, " "), err)
	}
}

func decode(t *testing.T, text string, to any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(false)
	if err := d.Decode(to); err != nil {
		t.Fatal(err)
	}
}

func githubShell(t *testing.T, text string) string {
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Run string }
		}
	}
	decode(t, text, &workflow)
	shell := ""
	for _, s := range workflow.Jobs["klptest"].Steps {
		shell += s.Run + "\n"
	}
	return shell
}

func gitlabShell(t *testing.T, text string) string {
	var pipeline struct {
		Klptest struct {
			BeforeScript []string `yaml:"before_script"`
			Script       []string
		}
	}
	decode(t, text, &pipeline)
	return strings.Join(append(pipeline.Klptest.BeforeScript, pipeline.Klptest.Script...), "\n")
}

var cronLine = regexp.MustCompile(`(?m)^(?:\S+ ){4}\S+\s+(.*)$`)

func cronShell(t *testing.T, text string) string {
	t.Helper()
	m := cronLine.FindAllStringSubmatch(text, -1)
	line := m[len(m)-1][1]
	if strings.Contains(line, "%") {
		t.Error("crontab(5): % ends the command")
	}
	return "mkdir -p klptest/bin; cp bin/klptest klptest/bin; " + line
}

func kubernetesShell(t *testing.T, text string) string {
	documents := strings.Split(text, "\n---\n")
	var config struct{ Data map[string]string }
	decode(t, documents[1], &config)
	if _, err := matrix.Parse("matrix.yaml", []byte(config.Data["matrix.yaml"])); err != nil {
		t.Error(err)
	}
	var job struct {
		Spec struct {
			JobTemplate struct {
				Spec struct {
					Template struct {
						Spec struct {
							Containers []struct{ Command, Args []string }
						}
					}
				}
			} `yaml:"jobTemplate"`
		}
	}
	decode(t, documents[3], &job)
	c := job.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	if !slices.Equal(c.Command, []string{"/bin/sh", "-euc"}) {
		t.Errorf("%q", c.Command)
	}
	return c.Args[0]
}

// TestRecipesPackages checks that the recipes install what a run and fetching kernels need.
func TestRecipesPackages(t *testing.T) {
	table, err := os.ReadFile(top + "internal/depends/depends.txt")
	if err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if f := strings.Fields(line); len(f) > 3 && slices.Contains([]string{"run", "fetch", "apt"}, f[0]) {
			needed[f[2]] = true
		}
	}
	for _, file := range []string{"ci/github.yml", "ci/gitlab.yml", "fleet/Containerfile"} {
		text, err := os.ReadFile(top + "docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for name := range needed {
			if !bytes.Contains(text, []byte(" "+name+" ")) && !bytes.Contains(text, []byte(" "+name+"\n")) {
				t.Errorf("%s does not install %s", file, name)
			}
		}
	}
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestDocsMatrix checks that the matrix in docs/matrix.md is valid.
func TestDocsMatrix(t *testing.T) {
	m := yamlBlock.FindStringSubmatch(documents(t)[top+"docs/matrix.md"])
	if m == nil {
		t.Fatal("docs/matrix.md shows none")
	}
	if got, err := matrix.Parse("matrix.yaml", []byte(m[1])); err != nil || len(got.Cells()) != 16 {
		t.Errorf("%d cells, %v", len(got.Cells()), err)
	}
}
