// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/vm/vmtest"
)

func TestMain(m *testing.M) {
	vmtest.Main()
	os.Exit(m.Run())
}

func runSSH(t testing.TB, client *ssh.Client, command string) string {
	t.Helper()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	var out bytes.Buffer
	session.Stdout = &out
	if err := session.Run(command); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
