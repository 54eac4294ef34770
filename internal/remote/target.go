// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"cmp"
	"net"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

const sshPort = 22

// Target is the address of a machine and the user who logs in.
type Target struct {
	User, Host string
	Port       int
	Disk       string // what the machine boots from, which users know it by; empty: they know the address
}

// ParseTarget reads USER@ADDRESS. A port may follow the address; an IPv6 address
// with a port is in brackets. port is that of --ssh-port, or 0.
func ParseTarget(text string, port int) (Target, error) {
	user, address, _ := strings.Cut(text, "@")
	t := Target{User: user, Host: strings.Trim(address, "[]"), Port: cmp.Or(port, sshPort)}
	if host, own, err := net.SplitHostPort(address); err == nil {
		if t.Host = host; !t.setPort(own) {
			return Target{}, badTarget(text)
		}
	}
	if !isName(t.User) || !isName(t.Host) {
		return Target{}, badTarget(text)
	}
	if port != 0 && t.Port != port {
		return Target{}, blame.Userf("%s has another port than --ssh-port %d", text, port)
	}
	return t, nil
}

func (t *Target) setPort(text string) bool {
	n, err := strconv.Atoi(text)
	t.Port = n
	return err == nil && n > 0 && n < 1<<16
}

// isName reports whether a text can be a user or an address: it is shown, and written
// to a known hosts file.
func isName(text string) bool {
	return text != "" && printable.Clean(text) && !strings.ContainsAny(text, " \t,@*?!|#[]")
}

func badTarget(text string) error {
	return blame.AdviseUserf("such as root@192.0.2.7, or me@[2001:db8::7]:2222", "%q is not USER@ADDRESS", text)
}

// Address returns the host and the port.
func (t Target) Address() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// String returns the target as a user knows it.
func (t Target) String() string {
	switch {
	case t.Disk != "":
		return t.User + "@" + t.Disk
	case t.Port == sshPort:
		return t.User + "@" + t.Host
	}
	return t.User + "@" + t.Address()
}
