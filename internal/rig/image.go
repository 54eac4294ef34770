// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/vm"
)

// ImageMemory is the default memory of a guest of an image, in MiB: enough for a
// distribution.
const ImageMemory = 1024

// surveyFile has the machine's survey, in a template of an image.
const surveyFile = "survey"

// Image is the disk image of a distribution. It is never written to.
type Image struct {
	path   string
	key    string // names its contents and the agent
	reach  remote.Machine
	kernel *images.Kernel // boots its guests; nil: the boot loader does
	survey wire.Survey    // of the last template that was opened
}

// OpenImage describes an image. reach tells who logs in, and how. An image can be large,
// so its contents are identified by its path, size, time and inode.
func OpenImage(path string, reach remote.Machine) (*Image, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, blame.Unreadable(path, err)
	}
	if err := vm.CheckDisk(path); err != nil {
		return nil, err
	}
	program, err := keyOf([]string{reach.Program})
	if err != nil {
		return nil, err
	}
	inode := uint64(0)
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		inode = stat.Ino
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %d %d %s", path, info.Size(), info.ModTime().UnixNano(), inode, program))
	reach.Host, reach.Disk = "127.0.0.1", filepath.Base(path)
	return &Image{path: path, key: fmt.Sprintf("%x", sum[:16]), reach: reach}, nil
}

// String returns the name of the image for people.
func (i *Image) String() string { return filepath.Base(i.path) }

// Survey returns the survey of its machine.
func (i *Image) Survey() wire.Survey { return i.survey }

// Headers finds the headers to build modules against for a running kernel.
type Headers func(context.Context, wire.Survey) (*images.Kernel, error)

// OnImage makes a rig whose guests boot from an image, or are clones of one that did. The
// first guest tells which kernel the image has; then headers is called for the headers to
// build modules against. If headers is nil, modules are built in clones, against the
// headers in the image.
func OnImage(ctx context.Context, c *cache.Cache, image *Image, headers Headers, o Options) (*Rig, error) {
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if err := o.Precheck(); err != nil {
		return nil, err
	}
	trim(ctx, c, o.Notice)
	o.CPUs, o.Memory = cmp.Or(o.CPUs, 1), cmp.Or(o.Memory, ImageMemory)
	work, release, err := c.Temp("run")
	if err != nil {
		return nil, err
	}
	k := cmp.Or(image.kernel, &images.Kernel{Name: image.String()})
	r := &Rig{o: o, cache: c, kernel: k, image: image, room: newRoom(k), work: work, release: release}
	r.keep.Store(o.Keep)
	kernel, err := image.kernelKey()
	r.templates = newTemplates(r, image.key+kernel)
	if err == nil {
		err = r.learn(ctx, headers)
	}
	if err != nil {
		r.templates.close()
		return nil, blame.Join(err, r.leave())
	}
	r.begin(ctx)
	return r, nil
}

// learn finds out which kernel the image has, and rejects one that cannot be tested. If a
// kernel that the user named dies during boot, learn returns no error: the tests report it.
func (r *Rig) learn(ctx context.Context, headers Headers) error {
	if _, err := r.templates.get(ctx, r.shape()); err != nil {
		if r.image.kernel != nil && blame.Of(err) == blame.Kernel && ctx.Err() == nil {
			return nil
		}
		return err
	}
	s := r.image.survey
	k, err := r.headersOf(ctx, s, headers)
	if err == nil && r.place != nil && k.Config["MODULE_SIG_FORCE"] == "y" {
		err = blame.AdviseUserf("build modules on this host, against a build tree with the key: --kdir DIR", "the kernel of %s takes signed modules only, and no key for that is in an image", r.image)
	}
	if err == nil {
		err = unsuitable(r.image, s, k)
	}
	if err != nil {
		return err
	}
	for _, line := range remarks(r.image, s, s.Now) { // clones have this host's time
		r.o.Notice(line)
	}
	r.kernel = k
	return nil
}

// headersOf finds the headers to build modules against.
func (r *Rig) headersOf(ctx context.Context, s wire.Survey, headers Headers) (*images.Kernel, error) {
	switch {
	case r.image.kernel != nil:
		return r.image.kernel, nil
	case headers == nil:
		return r.lookInside(ctx)
	}
	return headers(ctx, s)
}

// writeSurvey writes the survey of a guest of the image.
func (g *Guest) writeSurvey(ctx context.Context, dir string) error {
	s, err := g.Agent.Survey(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, surveyFile), text, 0o600)
}

func (i *Image) readSurvey(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, surveyFile))
	if err == nil {
		err = json.Unmarshal(text, &i.survey)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", vm.ErrStale, err)
	}
	return nil
}
