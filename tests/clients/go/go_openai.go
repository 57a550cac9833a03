package main

import (
	"context"
	"errors"
	"io"
	"strings"

	goopenai "github.com/sashabaranov/go-openai"
)

func goOpenaiClient(root, key string) client {
	config := goopenai.DefaultConfig(key)
	config.BaseURL = root + "/v1"
	api := goopenai.NewClientWithConfig(config)
	hello := []goopenai.ChatCompletionMessage{{Role: "user", Content: question}}
	tools := []goopenai.Tool{{
		Type:     "function",
		Function: &goopenai.FunctionDefinition{Name: "look", Description: "Looks at a place.", Parameters: shape},
	}}
	ask := func(ctx context.Context, model string, turns []goopenai.ChatCompletionMessage, tools []goopenai.Tool) (goopenai.ChatCompletionMessage, error) {
		answer, err := api.CreateChatCompletion(ctx, goopenai.ChatCompletionRequest{Model: model, Messages: turns, Tools: tools})
		if err != nil {
			return goopenai.ChatCompletionMessage{}, err
		}
		return answer.Choices[0].Message, nil
	}
	// read passes each piece on until the end, or until one is enough.
	read := func(ctx context.Context, model string, piece func(string) bool) error {
		stream, err := api.CreateChatCompletionStream(ctx, goopenai.ChatCompletionRequest{Model: model, Messages: hello})
		if err != nil {
			return err
		}
		defer stream.Close()
		for {
			chunk, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if len(chunk.Choices) > 0 && piece(chunk.Choices[0].Delta.Content) {
				return nil
			}
		}
	}
	return client{
		"list": func(ctx context.Context, _ string) (string, error) {
			list, err := api.ListModels(ctx)
			ids := []string{}
			for _, model := range list.Models {
				ids = append(ids, model.ID)
			}
			return strings.Join(ids, " "), err
		},
		"chat": func(ctx context.Context, model string) (string, error) {
			said, err := ask(ctx, model, hello, nil)
			return said.Content, err
		},
		"stream": func(ctx context.Context, model string) (string, error) {
			whole := ""
			err := read(ctx, model, func(piece string) bool { whole += piece; return false })
			return whole, err
		},
		"tools": func(ctx context.Context, model string) (string, error) {
			said, err := ask(ctx, model, hello, tools)
			if err != nil {
				return "", err
			}
			call := said.ToolCalls[0]
			result := goopenai.ChatCompletionMessage{Role: "tool", ToolCallID: call.ID, Content: look(call.Function.Arguments)}
			said, err = ask(ctx, model, append(hello, said, result), tools)
			return said.Content, err
		},
		"cancel": func(ctx context.Context, model string) (string, error) {
			first := ""
			err := read(ctx, model, func(piece string) bool { first = piece; return piece != "" })
			return first, err
		},
	}
}
