package show

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/width"
)

// Widths of the three columns; with two gaps of two they make a hundred.
const (
	labelWidth = 10
	cellWidth  = 43
	fullWidth  = labelWidth + 2*(cellWidth+2)
)

// render prints the sections of both sides.
func render(out io.Writer, left, right []section) {
	row(out, "", "PRODUCTION", "STAGING")
	for i, s := range left {
		fmt.Fprintln(out, strings.Repeat("─", fullWidth))
		fmt.Fprintln(out, s.title)
		for j, f := range s.facts {
			other := ""
			if i < len(right) && j < len(right[i].facts) {
				other = right[i].facts[j].value
			}
			row(out, "  "+f.label, f.value, other)
		}
	}
	fmt.Fprintln(out, strings.Repeat("─", fullWidth))
}

// row prints one line of the table, on several when a cell is long.
func row(out io.Writer, label, left, right string) {
	l, r := wrap(left), wrap(right)
	for i := range max(len(l), len(r)) {
		if i > 0 {
			label = ""
		}
		line := pad(label, labelWidth) + "  " + pad(at(l, i), cellWidth) + "  " + at(r, i)
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// wrap cuts a text into lines that fit a cell, at blanks where it can.
func wrap(text string) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && columns(line)+1+columns(word) > cellWidth {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		for columns(word) > cellWidth {
			head := fitting(word)
			lines, word = append(lines, head), word[len(head):]
		}
		line += word
	}
	return append(lines, line)
}

// fitting returns as much of a long word as fits a cell; an address breaks
// behind its @.
func fitting(word string) string {
	end, width := 0, 0
	for i, r := range word {
		if width += columns(string(r)); width > cellWidth {
			break
		}
		end = i + len(string(r))
	}
	if at := strings.LastIndexByte(word[:end], '@'); at > 0 {
		return word[:at+1]
	}
	return word[:end]
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-columns(s), 0)) }

// columns counts what a terminal needs: Japanese takes two a character.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
		n++
	}
	return n
}
