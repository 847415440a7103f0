//! Templates and what becomes of them.

use serde_json::{Value as Json, json};

use crate::testing::Stage;

async fn rendered(template: &str, data: Json) -> Result<String, String> {
    let inputs = json!({ "data": data, "liquidTemplate": template });
    let found = Stage::new().data("liquid-template", "transform", inputs).await;
    found.map(|text| text.unwrap().as_str().unwrap().to_owned())
}

fn data() -> Json {
    json!({
        "name": "ada lovelace", "n": 5, "text": "7", "no": false, "nothing": null, "blank": "  ",
        "tags": ["b", "a", "C", "a"], "html": "<p>a &amp; b</p>",
        "at": "2024-07-04T22:05:09Z",
        "user": { "first name": "Ada", "roles": ["admin", "dev"] },
        "items": [{ "id": 2, "on": true }, { "id": 10 }, { "id": 1, "on": true }],
    })
}

#[tokio::test]
async fn tags() {
    for (template, expected) in [
        ("a {{ name }}!", "a ada lovelace!"),
        ("{{ user['first name'] }} {{ user.roles[-1] }} {{ tags.size }}", "Ada dev 4"),
        ("{{ missing.deep }}{{ nothing }}|{{ no }}|{{ tags }}", "|false|baCa"),
        ("x {{- n -}} y\n {%- if n -%} z {%- endif %} ", "x5yz "),
        (
            "{% raw %}{{ n }}{% if %}{% endraw %}{% comment %}{{ | }}{% endcomment %}",
            "{{ n }}{% if %}",
        ),
        ("{% assign m = n | plus: 1 %}{{ m }}", "6"),
        ("{% capture m %}<{{ n }}>{% endcapture %}{{ m }}{{ m }}", "<5><5>"),
        ("{% if n > 4 and no or n == 5 %}y{% else %}n{% endif %}", "y"),
        ("{% if n < 5 %}a{% elsif n >= 5 %}b{% else %}c{% endif %}", "b"),
        ("{% unless no %}y{% endunless %}{% if missing %}n{% endif %}", "y"),
        ("{% if tags contains 'a' and name contains 'love' %}y{% endif %}", "y"),
        ("{% if nothing == empty and blank == blank and tags != empty %}y{% endif %}", "y"),
        ("{% case n %}{% when 1, 2 %}a{% when 5 %}b{% else %}c{% endcase %}", "b"),
        ("{% case name %}{% when 'x' or 'y' %}a{% else %}c{% endcase %}", "c"),
        (
            "{% for t in tags %}{{ forloop.index }}{{ t }}\
             {% unless forloop.last %},{% endunless %}{% endfor %}",
            "1b,2a,3C,4a",
        ),
        ("{% for i in (2..n) reversed limit:2 offset:1 %}{{ i }}{% endfor %}", "43"),
        ("{% for t in nothing %}x{% else %}none{% endfor %}", "none"),
        ("{% for p in user %}{{ p[0] }};{% endfor %}", "first name;roles;"),
        (
            "{% for i in (1..9) %}{% if i == 2 %}{% continue %}\
             {% elsif i > 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
            "13",
        ),
        (
            "{% for i in (1..2) %}{% for j in (1..2) %}\
             {{ forloop.parentloop.index }}{{ j }} {% endfor %}{% endfor %}",
            "11 12 21 22 ",
        ),
        ("{% increment c %}{% increment c %}{% decrement d %}{{ c }}", "01-12"),
        ("{% for i in (1..3) %}{% cycle 'a', 'b' %}{% endfor %}", "aba"),
    ] {
        assert_eq!(rendered(template, data()).await, Ok(expected.to_owned()), "{template}");
    }
}

#[tokio::test]
async fn filters() {
    for (template, expected) in [
        ("name | capitalize", "Ada lovelace"),
        ("name | upcase | append: '!' | prepend: '¡'", "¡ADA LOVELACE!"),
        ("name | split: ' ' | last | slice: 0, 4", "love"),
        ("name | replace: 'a', 'o' | remove_first: 'o'", "do loveloce"),
        ("name | truncate: 6 | append: 1", "ada...1"),
        ("name | truncatewords: 1, '--'", "ada--"),
        ("html | strip_html", "a &amp; b"),
        ("html | escape", "&lt;p&gt;a &amp;amp; b&lt;/p&gt;"),
        ("html | escape_once", "&lt;p&gt;a &amp; b&lt;/p&gt;"),
        ("'a b&c' | url_encode | append: ' ' | url_decode", "a b&c "),
        ("'hi' | base64_encode | base64_decode", "hi"),
        ("tags | sort | join: ','", "C,a,a,b"),
        ("tags | sort_natural | uniq | reverse | join", "C b a"),
        ("items | map: 'id' | sum", "13"),
        ("items | sort: 'id' | map: 'id' | join: '<'", "1<2<10"),
        ("items | where: 'on' | size", "2"),
        ("items | where: 'id', 10 | json", "[{\"id\":10}]"),
        ("nothing | default: 'd'", "d"),
        ("no | default: 'd', allow_false: true", "false"),
        ("text | times: 3 | minus: 1 | divided_by: 3", "6"),
        ("7.0 | divided_by: 2.5 | round: 1", "2.8"),
        ("-7 | modulo: 3 | at_least: 1 | at_most: 9", "2"),
        ("user | json", "{\"first name\":\"Ada\",\"roles\":[\"admin\",\"dev\"]}"),
        ("at | date: '%d %b %Y %H:%M'", "04 Jul 2024 22:05"),
        ("'now' | date: '%Y-%m-%d'", "2026-03-01"),
        ("name | date: '%Y'", "ada lovelace"),
        ("tags | first | concat: tags | size", "5"),
    ] {
        let template = format!("{{{{ {template} }}}}");
        assert_eq!(rendered(&template, data()).await, Ok(expected.to_owned()), "{template}");
    }
}

#[tokio::test]
async fn mistakes_are_told_and_endless_work_ends() {
    let doubling = "{% assign a = 'x' %}".to_owned()
        + &"{% assign a = a | append: a %}".repeat(60)
        + &"{% capture a %}{{ a }}{{ a }}{% endcapture %}".repeat(60);
    let squaring =
        "{% assign a = 'xx' %}".to_owned() + &"{% assign a = a | replace: 'x', a %}".repeat(60);
    let loops = "{% for i in (1..9999) %}".repeat(10) + &"{% endfor %}".repeat(10);
    for (template, expected) in [
        ("{{ n", "no end for \"{{ n\""),
        ("{% if n %}", "no \"endif\""),
        ("{% endif %}", "no tag \"endif\""),
        ("{% if n %}{% endfor %}", "no tag \"endfor\""),
        ("{% raw %}", "no \"endraw\""),
        ("{% include 'x' %}", "no tag \"include\""),
        ("{{ n | shout }}", "no filter \"shout\""),
        ("{{ n n }}", "read at \"n n\""),
        ("{{ 'é }}", "read at \"'é\""),
        ("{{ n | divided_by: 0 }}", "divides by zero"),
        ("{{ 'now' | date: '%Q' }}", "date format \"%Q\""),
        (&*"{% if n %}".repeat(100), "nested too deeply"),
        (&*format!("{{{{ {}n{} }}}}", "a[".repeat(100), "]".repeat(100)), "cannot be read"),
        ("{% for i in (1..9000000000) %}{% endfor %}", "too much work"),
        (&*doubling, "too much work"),
        (&*squaring, "too much work"),
        (&*loops, "too much work"),
    ] {
        let error = rendered(template, data()).await.unwrap_err();
        assert!(error.contains(expected), "{template}: {error}");
    }
}
