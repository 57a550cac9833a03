package main

import (
	"context"
	"strings"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

func anthropicClient(root, key string) client {
	api := anthropic.NewClient(option.WithBaseURL(root), option.WithAPIKey(key))
	hello := anthropic.NewUserMessage(anthropic.NewTextBlock(question))
	params := func(model string, turns ...anthropic.MessageParam) anthropic.MessageNewParams {
		return anthropic.MessageNewParams{Model: anthropic.Model(model), MaxTokens: 100, Messages: turns}
	}
	tools := []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{
		Name:        "look",
		InputSchema: anthropic.ToolInputSchemaParam{Properties: shape["properties"], Required: []string{"place"}},
	}}}
	text := func(answer *anthropic.Message) string {
		whole := ""
		for _, block := range answer.Content {
			whole += block.Text
		}
		return whole
	}
	// read passes each piece on until the end, or until one is enough.
	read := func(ctx context.Context, model string, piece func(string) bool) error {
		stream := api.Messages.NewStreaming(ctx, params(model, hello))
		defer stream.Close()
		for stream.Next() {
			if piece(stream.Current().Delta.Text) {
				return nil
			}
		}
		return stream.Err()
	}
	return client{
		"list": func(ctx context.Context, _ string) (string, error) {
			ids := []string{}
			pages := api.Models.ListAutoPaging(ctx, anthropic.ModelListParams{})
			for pages.Next() {
				ids = append(ids, pages.Current().ID)
			}
			return strings.Join(ids, " "), pages.Err()
		},
		"chat": func(ctx context.Context, model string) (string, error) {
			answer, err := api.Messages.New(ctx, params(model, hello))
			if err != nil {
				return "", err
			}
			return text(answer), nil
		},
		"stream": func(ctx context.Context, model string) (string, error) {
			whole := ""
			err := read(ctx, model, func(piece string) bool { whole += piece; return false })
			return whole, err
		},
		"tools": func(ctx context.Context, model string) (string, error) {
			asked := params(model, hello)
			asked.Tools = tools
			answer, err := api.Messages.New(ctx, asked)
			if err != nil {
				return "", err
			}
			results := []anthropic.ContentBlockParamUnion{}
			for _, block := range answer.Content {
				if block.Type == "tool_use" {
					results = append(results, anthropic.NewToolResultBlock(block.ID, look(string(block.Input)), false))
				}
			}
			asked.Messages = append(asked.Messages, answer.ToParam(), anthropic.NewUserMessage(results...))
			answer, err = api.Messages.New(ctx, asked)
			if err != nil {
				return "", err
			}
			return text(answer), nil
		},
		"cancel": func(ctx context.Context, model string) (string, error) {
			first := ""
			err := read(ctx, model, func(piece string) bool { first = piece; return piece != "" })
			return first, err
		},
	}
}
