"""The llama-index packages for SiliconFlow, which know nothing of Weir, call through it."""

import asyncio

import pytest
from llama_index.core.llms import ChatMessage
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.embeddings.siliconflow import SiliconFlowEmbedding
from llama_index.llms.siliconflow import SiliconFlow
from llama_index.postprocessor.siliconflow_rerank import SiliconFlowRerank

from support.demo import base_url, demo
from support.process import KEY

HELLO = [ChatMessage(role="user", content="Where does the river go?")]
TEXTS = ["tax return forms", "the river runs to the sea", "a bridge"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("llama-index")) as server:
        yield server


@pytest.fixture
def llm(server):
    url = f"{base_url(server)}/chat/completions"
    return SiliconFlow(api_key=KEY, model="demo/chat", base_url=url, max_tokens=15, max_retries=0)


@pytest.fixture
def embedding(server):
    return SiliconFlowEmbedding(model="demo/embedding", api_key=KEY, base_url=f"{base_url(server)}/embeddings")


def test_chat(llm):
    assert llm.chat(HELLO).message.content


def test_a_stream(llm):
    """This client reads a choice in every event: the usage it did not ask for must not show."""
    *_, last = llm.stream_chat(HELLO)
    assert last.message.content == llm.chat(HELLO).message.content


def test_chat_and_stream_asynchronously(llm):
    async def both():
        whole = await llm.achat(HELLO)
        pieces = [piece async for piece in await llm.astream_chat(HELLO)]
        return whole.message.content, pieces[-1].message.content

    whole, streamed = asyncio.run(both())
    assert whole == streamed


def test_embeddings(embedding):
    assert len(embedding.get_text_embedding_batch(TEXTS)) == len(TEXTS)
    assert len(embedding.get_query_embedding("where is the river")) > 1


def test_rerank(server):
    rerank = SiliconFlowRerank(model="demo/reranker", api_key=KEY, base_url=f"{base_url(server)}/rerank", top_n=2)
    nodes = [NodeWithScore(node=TextNode(text=text), score=0.0) for text in TEXTS]
    ranked = rerank.postprocess_nodes(nodes, QueryBundle("the river and the sea"))
    assert len(ranked) == 2
    assert ranked[0].node.get_content() == TEXTS[1]
    assert ranked[0].score >= ranked[1].score
