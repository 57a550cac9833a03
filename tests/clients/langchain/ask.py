"""Calls through the LangChain package for SiliconFlow and prints what came back as JSON.
Usage: ask.py BASE_URL KEY"""

import json
import sys

import openai
from langchain_siliconflow import ChatSiliconFlow, SiliconFlowEmbeddings

base_url, key = sys.argv[1:]
hello = "Where does the river go?"
texts = ["the river runs to the sea", "tax return forms"]

chat = ChatSiliconFlow(model="demo/chat", api_key=key, base_url=base_url, max_tokens=15, max_retries=0)
embeddings = SiliconFlowEmbeddings(model="demo/embedding", siliconflow_api_key=key, base_url=base_url)
unknown = ChatSiliconFlow(model="no/such-model", api_key=key, base_url=base_url, max_retries=0)
try:
    refused = unknown.invoke(hello).content
except openai.NotFoundError as error:
    refused = error.body["code"]
whole = chat.invoke(hello)
answers = {
    "chat": whole.content,
    "tokens": whole.usage_metadata["total_tokens"],
    "stream": [piece.content for piece in chat.stream(hello)],
    "documents": [len(vector) for vector in embeddings.embed_documents(texts)],
    "query": len(embeddings.embed_query(hello)),
    "unknown model": refused,
}
print(json.dumps(answers))
