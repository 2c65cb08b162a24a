;; A small Markdown renderer: blocks first, then what stands within lines.
(ns portable.markdown
  (:require [clojure.string :as str]
            #?(:cljs [goog.string :as gstring])))

(def ^:private escapes {\& "&amp;" \< "&lt;" \> "&gt;" \" "&quot;"})

(defn escape [s] (str/escape s escapes))

;; ---- lines -> blocks

(defn- heading [line]
  (when-let [[_ marks text] (re-matches #"(#{1,6})\s+(.*?)\s*#*" line)]
    {:type :heading :level (count marks) :text text}))

(defn- fence [line]
  (when-let [[_ lang] (re-matches #"```\s*(\S*)\s*" line)]
    (not-empty (str lang))))

(defn- item [line]
  (or (when-let [[_ indent text] (re-matches #"(\s*)[-*+]\s+(.*)" line)]
        {:kind :ul :depth (quot (count indent) 2) :text text})
      (when-let [[_ indent text] (re-matches #"(\s*)\d+\.\s+(.*)" line)]
        {:kind :ol :depth (quot (count indent) 2) :text text})))

(def ^:private blank? str/blank?)
(defn- rule? [line] (boolean (re-matches #"\s*([-*_])(\s*\1){2,}\s*" line)))
(defn- quote? [line] (str/starts-with? line ">"))
(defn- starts-block? [line]
  (or (blank? line) (heading line) (rule? line) (quote? line) (item line) (str/starts-with? line "```")))

(defn- take-items [lines]
  (loop [lines lines items []]
    (let [line (first lines)]
      (cond
        (nil? line) [items lines]
        (item line) (recur (rest lines) (conj items (item line)))
        (and (seq items) (not (starts-block? line)))
        (recur (rest lines) (update-in items [(dec (count items)) :text] str " " (str/trim line)))
        :else [items lines]))))

(declare blocks)

(defn- next-block [[line & more :as lines]]
  (cond
    (blank? line) [nil more]
    (heading line) [(heading line) more]
    (str/starts-with? line "```")
    (let [[code others] (split-with #(not (str/starts-with? % "```")) more)]
      [{:type :code :lang (fence line) :lines (vec code)} (rest others)])
    (rule? line) [{:type :rule} more]
    (quote? line)
    (let [[quoted others] (split-with quote? lines)]
      [{:type :quote :blocks (blocks (map #(str/replace % #"^>\s?" "") quoted))} others])
    (item line)
    (let [[items others] (take-items lines)]
      [{:type :list :items items} others])
    :else
    (let [[text others] (split-with (complement starts-block?) lines)]
      [{:type :paragraph :text (str/join "\n" (map str/trim text))} others])))

(defn blocks [lines]
  (loop [lines (seq lines) found []]
    (if-not lines
      found
      (let [[block others] (next-block lines)]
        (recur (seq others) (cond-> found block (conj block)))))))

;; ---- within lines

(def ^:private inline-rules
  [[#"`([^`]+)`" (fn [[_ code]] (str "<code>" code "</code>"))]
   [#"!\[([^\]]*)\]\(([^)\s]+)\)" (fn [[_ alt src]] (str "<img src=\"" src "\" alt=\"" alt "\"/>"))]
   [#"\[([^\]]+)\]\(([^)\s]+)\)" (fn [[_ text href]] (str "<a href=\"" href "\">" text "</a>"))]
   [#"\*\*([^*]+)\*\*" (fn [[_ text]] (str "<strong>" text "</strong>"))]
   [#"(?<![*\w])\*([^*]+)\*" (fn [[_ text]] (str "<em>" text "</em>"))]
   [#"  \n" (constantly "<br/>\n")]])

(defn inline [text]
  (reduce (fn [s [pattern f]] (str/replace s pattern f)) (escape text) inline-rules))

;; ---- blocks -> HTML

(defmulti render :type)
(defmethod render :heading [{:keys [level text]}]
  (let [id (-> text str/lower-case (str/replace #"[^a-z0-9]+" "-") (str/replace #"^-|-$" ""))]
    (#?(:clj format :cljs gstring/format) "<h%d id=\"%s\">%s</h%d>" level id (inline text) level)))
(defmethod render :paragraph [{:keys [text]}] (str "<p>" (inline text) "</p>"))
(defmethod render :rule [_] "<hr/>")
(defmethod render :code [{:keys [lang lines]}]
  (str "<pre><code" (when lang (str " class=\"" lang "\"")) ">" (escape (str/join "\n" lines)) "</code></pre>"))
(defmethod render :quote [{:keys [blocks]}] (str "<blockquote>" (apply str (map render blocks)) "</blockquote>"))

(defn- nested [items depth]
  (let [kind (name (:kind (first items)))
        groups (reduce (fn [groups {d :depth :as item}]
                         (if (= d depth)
                           (conj groups [item []])
                           (update-in groups [(dec (count groups)) 1] conj item)))
                       [] items)]
    (str "<" kind ">"
         (apply str (for [[{:keys [text]} inner] groups]
                      (str "<li>" (inline text) (when (seq inner) (nested inner (inc depth))) "</li>")))
         "</" kind ">")))
(defmethod render :list [{:keys [items]}] (nested items 0))
(defmethod render :default [block] (throw (ex-info "no such block" {:block block})))

(defn markdown [text] (str/join "\n" (map render (blocks (str/split-lines text)))))

(def document
  "# The *first* heading #

A paragraph with **strong**, *emphasised* and `code < here`,
over two lines & more.  
After a break.

- one
- two with [a link](http://example.org/?a=1)
  - inner a
  - inner b
    continued
- three

1. first
2. second

> quoted text
> - with a list
>
> and an end

```clojure
(defn f [x] (< x 1))
```

* * *

![alt](image.png) Last words, 2 * 3 * 4.")

(println (markdown document))
(prn (blocks ["# A" "text" "more" "" "- x" "```" "a" "b"]))
(prn (try (render {:type :unknown}) (catch #?(:clj clojure.lang.ExceptionInfo :cljs :default) e [(ex-message e) (ex-data e)])))
(prn (frequencies (map :type (blocks (str/split-lines document)))))
(prn (inline "a*b*c **d** *e* <f>") (markdown "") (markdown "   \n\n"))
