// Runs cases with one Go client and prints, as a line of JSON each, what its user would see.
//
// Usage: see CLIENT, with {"root": URL without /v1, "cases": [{"name", "do", "model", "key"}]} on standard input.
// Every setting that the client has a default for keeps it, retries above all.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

const question = "Where does the river go?"

// shape is the JSON Schema of the tool's arguments.
var shape = map[string]any{
	"type":       "object",
	"properties": map[string]any{"place": map[string]any{"type": "string"}},
	"required":   []string{"place"},
}

// look is the tool, as the client's user wrote it.
func look(arguments string) string {
	var asked struct{ Place string }
	if err := json.Unmarshal([]byte(arguments), &asked); err != nil {
		return err.Error()
	}
	return "a weir at the " + asked.Place
}

// A client is its calls by name; those it does not have are missing.
type client map[string]func(ctx context.Context, model string) (string, error)

var clients = map[string]func(root, key string) client{
	"anthropic": anthropicClient,
	"go-openai": goOpenaiClient,
}

type example struct {
	Name, Do, Model, Key string
}

type sight struct {
	Case  string `json:"case"`
	OK    string `json:"ok,omitempty"`
	Error string `json:"error,omitempty"`
	Shown string `json:"shown,omitempty"`
}

func see(name, root string, one example) sight {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	answer, err := clients[name](root, one.Key)[one.Do](ctx, one.Model)
	if err != nil {
		return sight{Case: one.Name, Error: fmt.Sprintf("%T", err), Shown: err.Error()}
	}
	return sight{Case: one.Name, OK: answer}
}

func main() {
	var asked struct {
		Root  string
		Cases []example
	}
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	seen := make([]sight, len(asked.Cases))
	var all sync.WaitGroup
	for i, one := range asked.Cases {
		all.Add(1)
		go func() {
			defer all.Done()
			seen[i] = see(os.Args[1], asked.Root, one)
		}()
	}
	all.Wait()
	lines := json.NewEncoder(os.Stdout)
	for _, one := range seen {
		if err := lines.Encode(one); err != nil {
			panic(err)
		}
	}
}
