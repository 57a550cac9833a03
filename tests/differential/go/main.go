// How Go's standard library reads a body. Lines in and out as in ../reading.cpp. With an argument, the
// name of a file, it writes a form instead.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"os"
	"sort"
	"strings"
)

type part struct {
	Name    string `json:"name"`
	File    bool   `json:"file"`
	Content string `json:"content"`
}

// As net/http reads forms: parts without a name are passed over.
func readForm(contentType string, body []byte) (any, error) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	if mediaType != "multipart/form-data" {
		return nil, fmt.Errorf("no form")
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	parts := []part{}
	for {
		next, err := reader.NextPart()
		if err == io.EOF {
			return parts, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(next)
		if err != nil {
			return nil, err
		}
		if next.FormName() == "" {
			continue
		}
		parts = append(parts, part{hex.EncodeToString([]byte(next.FormName())), next.FileName() != "", hex.EncodeToString(content)})
	}
}

// The value as text that is the same for all readers: see canonical() in readers.py.
func canonical(value any, out *strings.Builder) {
	switch value := value.(type) {
	case nil:
		out.WriteString("n")
	case bool:
		fmt.Fprintf(out, "%t", value)
	case float64:
		fmt.Fprintf(out, "d%016x", math.Float64bits(value+0))
	case string:
		fmt.Fprintf(out, "s%x;", value)
	case []any:
		out.WriteString("[")
		for _, item := range value {
			canonical(item, out)
		}
		out.WriteString("]")
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		sort.Strings(names)
		out.WriteString("{")
		for _, name := range names {
			canonical(name, out)
			canonical(value[name], out)
		}
		out.WriteString("}")
	}
}

// Both ways that Go programs read: into a map, and into a struct, whose names match in any case.
func readJSON(body []byte) (any, error) {
	var whole map[string]any
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, err
	}
	var chosen struct {
		Model  any `json:"model"`
		Stream any `json:"stream"`
	}
	if err := json.Unmarshal(body, &chosen); err != nil {
		return nil, err
	}
	var text, model, stream strings.Builder
	canonical(whole, &text)
	canonical(chosen.Model, &model)
	canonical(chosen.Stream, &stream)
	return map[string]any{"value": text.String(), "model": model.String(), "stream": stream.String()}, nil
}

func fromHex(digits string) []byte {
	read, _ := hex.DecodeString(digits)
	return read
}

func main() {
	if len(os.Args) == 2 {
		if err := writeForm(os.Stdout, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		var read any
		if words[0] == "form" {
			read, err = readForm(string(fromHex(words[1])), fromHex(words[2]))
		} else {
			read, err = readJSON(fromHex(words[1]))
		}
		if err != nil {
			read = map[string]string{"refused": err.Error()}
		}
		answer, _ := json.Marshal(read)
		out.Write(append(answer, '\n'))
	}
}
