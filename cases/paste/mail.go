// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

// maxNested bounds how deep mails and parts are nested in a mail.
const maxNested = 8

var (
	// postmark is the line before each mail of a mailbox.
	postmark   = regexp.MustCompile(`(?m)^From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]+ \d{4}\b.*\n`)
	base64Line = regexp.MustCompile(`^[A-Za-z0-9+/]+=*$`)
	mailHead   = regexp.MustCompile(`(?i)^(?:From|Date|Subject|To|Cc|Message-ID|Return-Path|Received|Delivered-To|MIME-Version|X-[\w-]+|Content-[\w-]+):`)
	mailEnd    = regexp.MustCompile(`\r?\n\r?\n`)
	isCoded    = regexp.MustCompile(`(?im)^Content-Transfer-Encoding:\s*"?(?:base64|quoted-printable)|^Content-Type:\s*multipart/|=\?[\w-]+\?[bq]\?`)
	folding    = regexp.MustCompile(`\r?\n[ \t]+`)
)

// unmail decodes a mail, or each mail of a mailbox. ok is false if the text is none, or
// has nothing to decode.
func unmail(text string) (decoded string, ok bool) {
	var b strings.Builder
	from := 0
	for _, at := range append(postmark.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		one, coded := message(strings.TrimLeft(text[from:at[0]], "\r\n"), 0)
		b.WriteString(one)
		if coded && !strings.HasSuffix(one, "\n") {
			b.WriteString("\n")
		}
		from, ok = at[1], ok || coded
	}
	return b.String(), ok
}

// message decodes one mail; one that has nothing to decode is returned unchanged.
func message(text string, depth int) (decoded string, ok bool) {
	end := mailEnd.FindStringIndex(text)
	if end == nil || depth > maxNested || !mailHead.MatchString(text) || !isCoded.MatchString(text[:end[0]]) {
		return text, false
	}
	m, err := mail.ReadMessage(strings.NewReader(text[:end[1]]))
	if err != nil {
		return text, false
	}
	return decodedHead(text[:end[0]]) + "\n\n" + partText(textproto.MIMEHeader(m.Header), text[end[1]:], depth), true
}

// decodedHead decodes the words in a mail's header lines.
func decodedHead(head string) string {
	lines := strings.Split(folding.ReplaceAllString(head, " "), "\n")
	for i, l := range lines {
		if plain, err := new(mime.WordDecoder).DecodeHeader(l); err == nil && !strings.ContainsAny(plain, "\r\n") {
			lines[i] = plain
		}
	}
	return strings.Join(lines, "\n")
}

// partText returns the text of a mail or of a part of one; empty if it has none.
func partText(h textproto.MIMEHeader, body string, depth int) string {
	kind, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" && depth < maxNested {
		return parts(kind, params["boundary"], body, depth+1)
	}
	body = transferred(h.Get("Content-Transfer-Encoding"), body)
	if kind == "message/rfc822" {
		body, _ = message(body, depth+1)
	}
	if body = unmarked(body); strings.ContainsRune(body, 0) {
		return "" // an image, or an archive
	}
	return body
}

// parts returns the text of all parts, or of the best one of alternatives. What comes
// before an error of the form is read.
func parts(kind, boundary, body string, depth int) string {
	var all []string
	r := multipart.NewReader(strings.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if err != nil {
			break
		}
		data, _ := io.ReadAll(p)
		text := partText(p.Header, string(data), depth)
		if own, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind == "multipart/alternative" && own == "text/plain" && text != "" {
			return text
		}
		all = append(all, text)
	}
	if all == nil {
		return body
	}
	return strings.Join(all, "\n")
}

// transferred undoes the encoding that a header declares. Without one, the text tells.
func transferred(encoding, text string) string {
	switch strings.ToLower(strings.Trim(encoding, " \"")) {
	case "base64":
		return unbase64(text)
	case "quoted-printable":
		data, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text)))
		if err != nil {
			return unprintable(text)
		}
		return string(data)
	}
	return guessed(text)
}

// unbase64 decodes the lines of base64 that a text begins with. What a mailing list has
// put below them stays.
func unbase64(text string) string {
	var code strings.Builder
	lines := strings.Split(text, "\n")
	for len(lines) > 0 {
		l := strings.TrimSpace(lines[0])
		if l != "" && !base64Line.MatchString(l) {
			break
		}
		code.WriteString(l)
		lines = lines[1:]
	}
	data, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(code.String())))
	return string(data) + strings.Join(lines, "\n")
}
