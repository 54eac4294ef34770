// SPDX-License-Identifier: Apache-2.0

package qmptest

import (
	"encoding/json"
	"fmt"
	"io"
)

// Greeting is what QEMU 7.2 says first.
const Greeting = `{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}, "capabilities": ["oob"]}}` + "\r\n"

// Command is a QMP command as it was received.
type Command struct {
	Execute   string          `json:"execute"`
	Arguments json.RawMessage `json:"arguments"`
	ID        json.RawMessage `json:"id"`
}

// Return returns the line that answers a command with a JSON value.
func (c Command) Return(value string) string {
	return fmt.Sprintf(`{"return": %s, "id": %s}`+"\r\n", value, c.ID)
}

// Error returns the line that refuses a command.
func (c Command) Error(class, desc string) string {
	return fmt.Sprintf(`{"error": {"class": %q, "desc": %q}, "id": %s}`+"\r\n", class, desc, c.ID)
}

// Event returns the line of an event with that name.
func Event(name string) string {
	return fmt.Sprintf(`{"timestamp": {"seconds": 1, "microseconds": 2}, "event": %q, "data": {}}`+"\r\n", name)
}

// Serve speaks QMP on conn until conn ends. It sends the greeting, then for
// each command the result of answer, which may be several messages or none. A
// nil answer returns an empty object each time.
func Serve(conn io.ReadWriter, greeting string, answer func(Command) string) error {
	if answer == nil {
		answer = func(c Command) string { return c.Return("{}") }
	}
	if _, err := io.WriteString(conn, greeting); err != nil {
		return err
	}
	dec := json.NewDecoder(conn)
	for {
		var c Command
		if err := dec.Decode(&c); err != nil {
			return err
		}
		if text := answer(c); text != "" {
			if _, err := io.WriteString(conn, text); err != nil {
				return err
			}
		}
	}
}
