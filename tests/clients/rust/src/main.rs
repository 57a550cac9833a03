//! Runs cases with async-openai and prints, as a line of JSON each, what its user would see.
//!
//! Usage: see async-openai, with {"root": URL without /v1, "cases": [{"name", "do", "model", "key"}]} on standard
//! input. Every setting that the client has a default for keeps it, retries above all.
use std::io::stdin;

use async_openai::{Client, config::OpenAIConfig, error::OpenAIError, types::chat::CreateChatCompletionRequest};
use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};

type Shown = Result<String, OpenAIError>;

/// The tool, as the client's user wrote it.
fn look(arguments: &str) -> String {
    match serde_json::from_str::<Value>(arguments) {
        Ok(asked) => format!("a weir at the {}", asked["place"].as_str().unwrap_or_default()),
        Err(error) => error.to_string(),
    }
}

fn question() -> Value {
    json!({"role": "user", "content": "Where does the river go?"})
}

fn request(model: &str, messages: &[Value]) -> CreateChatCompletionRequest {
    serde_json::from_value(json!({"model": model, "messages": messages})).expect("a request of the library's own form")
}

struct Api(Client<OpenAIConfig>);

impl Api {
    async fn list(&self) -> Shown {
        let list = self.0.models().list().await?;
        Ok(list.data.into_iter().map(|model| model.id).collect::<Vec<_>>().join(" "))
    }

    async fn chat(&self, model: &str) -> Shown {
        let answer = self.0.chat().create(request(model, &[question()])).await?;
        Ok(answer.choices[0].message.content.clone().unwrap_or_default())
    }

    async fn stream(&self, model: &str, one_piece: bool) -> Shown {
        let mut stream = self.0.chat().create_stream(request(model, &[question()])).await?;
        let mut text = String::new();
        while let Some(chunk) = stream.next().await {
            for choice in chunk?.choices {
                text += &choice.delta.content.unwrap_or_default();
            }
            if one_piece && !text.is_empty() {
                break;
            }
        }
        Ok(text)
    }

    async fn tools(&self, model: &str) -> Shown {
        let shape = json!({"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]});
        let tool = json!({"type": "function",
                          "function": {"name": "look", "description": "Looks at a place.", "parameters": shape}});
        let ask = async |turns: &[Value]| {
            let mut asked = request(model, turns);
            asked.tools = serde_json::from_value(json!([tool])).expect("a tool of the library's own form");
            self.0.chat().create(asked).await
        };
        let said = serde_json::to_value(&ask(&[question()]).await?.choices[0].message).expect("JSON");
        let call = &said["tool_calls"][0];
        let seen = look(call["function"]["arguments"].as_str().unwrap_or_default());
        let result = json!({"role": "tool", "tool_call_id": call["id"], "content": seen});
        let answer = ask(&[question(), said.clone(), result]).await?;
        Ok(answer.choices[0].message.content.clone().unwrap_or_default())
    }
}

async fn see(root: &str, case: &Value) -> Value {
    let text = |name: &str| case[name].as_str().expect("a text").to_owned();
    let config = OpenAIConfig::new().with_api_base(format!("{root}/v1")).with_api_key(text("key"));
    let (api, model) = (Api(Client::with_config(config)), text("model"));
    let shown = match text("do").as_str() {
        "list" => api.list().await,
        "chat" => api.chat(&model).await,
        "stream" => api.stream(&model, false).await,
        "cancel" => api.stream(&model, true).await,
        "tools" => api.tools(&model).await,
        other => panic!("no case {other}"),
    };
    match shown {
        Ok(answer) => json!({"case": text("name"), "ok": answer}),
        Err(error) => json!({"case": text("name"), "shown": error.to_string()}),
    }
}

fn main() {
    let asked: Value = serde_json::from_reader(stdin()).expect("cases");
    let root = asked["root"].as_str().expect("a root");
    let cases = asked["cases"].as_array().expect("cases");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for seen in runtime.block_on(join_all(cases.iter().map(|case| see(root, case)))) {
        println!("{seen}");
    }
}
