// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
)

// part is one command of a line.
type part struct {
	text       string
	background bool
}

// splitShell splits a line at ; && and &, up to a comment. It drops what follows
// ||, which is not run.
func splitShell(typed string) (list []part) {
	for {
		end, mark := commandEnd(typed)
		if text := strings.TrimSpace(typed[:end]); text != "" {
			list = append(list, part{text, mark == "&"})
		}
		if mark == "" || mark == "||" || mark == " #" {
			return list
		}
		typed = typed[end+len(mark):]
	}
}

// commandEnd returns where the first command of a line ends, and the mark that
// ends it.
func commandEnd(typed string) (end int, mark string) {
	quote := byte(0)
	for i := 0; i < len(typed); i++ {
		switch c := typed[i]; {
		case c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
		default:
			if mark := markAt(typed, i); mark != "" {
				return i, mark
			}
		}
	}
	return len(typed), ""
}

// markAt returns the mark at a position that ends a command; the & of a
// redirection such as 2>&1 or &> does not.
func markAt(typed string, i int) string {
	for _, mark := range []string{"&&", "||", ";", " #"} {
		if strings.HasPrefix(typed[i:], mark) {
			return mark
		}
	}
	if typed[i] == '&' && !strings.HasPrefix(typed[i+1:], ">") && !strings.HasSuffix(typed[:i], ">") {
		return "&"
	}
	return ""
}

// words splits at blanks, and removes quotes.
func words(text string) []string {
	var list []string
	var word strings.Builder
	quote, open := byte(0), false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, open = c, true
		case c == ' ' || c == '\t':
			if open || word.Len() > 0 {
				list = append(list, word.String())
			}
			word.Reset()
			open = false
		case c == '>' || c == '|':
			if open || word.Len() > 0 {
				list = append(list, word.String())
			}
			word.Reset()
			open = false
			if n := len(list); n > 0 && list[n-1] == ">" && c == '>' {
				continue
			}
			list = append(list, string(c))
		default:
			word.WriteByte(c)
		}
	}
	if open || word.Len() > 0 {
		list = append(list, word.String())
	}
	return list
}
