package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
)

// One form as Go programs write it: its Content-Type and its body, in hexadecimal.
func writeForm(out io.Writer, fileName string) error {
	var body bytes.Buffer
	writer := multipart.NewWriter(&body)
	if err := writer.WriteField("model", "lab/ear"); err != nil {
		return err
	}
	part, err := writer.CreateFormFile("file", fileName)
	if err != nil {
		return err
	}
	if _, err := part.Write([]byte("RIFF\r\n\xff")); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%x %x\n", writer.FormDataContentType(), body.Bytes())
	return err
}
