(ns todo.cli
  "A command line with subcommands: options parsed by a table, validated, summarized; state kept in EDN."
  (:require [clojure.string :as str]
            [clojure.edn :as edn]
            [clojure.set :refer [rename-keys difference]]
            [clojure.java.io :as io])
  #?(:clj (:import (java.io File StringReader BufferedReader)))
  #?(:clj (:gen-class)))

(def global-options
  [["-f" "--file PATH" "File of tasks" :default "todo.edn"]
   ["-p" "--priority N" "Priority" :default 3 :parse-fn #(Integer/parseInt %) :validate [#(< 0 % 6) "must be between 1 and 5"]]
   ["-t" "--tag TAG" "Tag, may be repeated" :default [] :assoc-fn (fn [m k v] (update m k (fnil conj []) v))]
   ["-v" nil "Verbosity" :id :verbosity :default 0 :assoc-fn (fn [m k _] (update m k inc))]
   [nil "--[no-]color" "Colored output" :default true]
   ["-h" "--help"]])

(defn compile-option [[short long desc & {:as opts}]]
  (let [[_ no flag arg] (when long (re-matches #"--(\[no-\])?([^ =]+)(?:[ =](.+))?" long))]
    (merge {:short short :flag flag :required arg :negatable (boolean no) :desc desc
            :id (keyword (or flag (subs short 1)))}
           opts)))

(defn tokenize [specs args]
  (loop [[arg & more :as args] args, out []]
    (cond
      (nil? arg) [out []]
      (= "--" arg) [out (vec more)]
      (str/starts-with? arg "--")
      (let [[_ no flag value] (re-matches #"--(no-)?([^=]+)(?:=(.*))?" arg)
            spec (some #(when (= (:flag %) flag) %) specs)]
        (if (and (:required spec) (nil? value))
          (recur (next more) (conj out [spec arg (first more)]))
          (recur more (conj out [spec arg (if (:required spec) value (not no))]))))
      (and (str/starts-with? arg "-") (< 1 (count arg)))
      (let [c (subs arg 0 2), rest-of (subs arg 2), spec (some #(when (= (:short %) c) %) specs)]
        (cond
          (nil? (:required spec)) (recur (if (seq rest-of) (cons (str "-" rest-of) more) more) (conj out [spec c true]))
          (seq rest-of) (recur more (conj out [spec c rest-of]))
          :else (recur (next more) (conj out [spec c (first more)]))))
      :else [out (vec args)])))

(defn parse-one [[result errors] [{:keys [id parse-fn validate required assoc-fn] :or {parse-fn identity assoc-fn assoc} :as spec} arg value]]
  (cond
    (nil? spec) [result (conj errors (str "Unknown option: " (pr-str arg)))]
    (and required (nil? value)) [result (conj errors (format "Missing required argument for %s %s" (pr-str arg) required))]
    :else
    (try
      (let [v (if required (parse-fn value) value)
            [ok? msg] validate]
        (if (and ok? (not (ok? v)))
          [result (conj errors (str "Failed to validate " (pr-str (str arg " " value)) ": " msg))]
          [(assoc-fn result id v) errors]))
      (catch #?(:clj Exception :cljs :default) e
        [result (conj errors (str "Error while parsing option " (pr-str (str arg " " value)) ": " e))]))))

(defn parse-opts [args option-specs]
  (let [specs (map compile-option option-specs)
        [tokens arguments] (tokenize specs args)
        defaults (into {} (for [{:keys [id default] :as s} specs :when (contains? s :default)] [id default]))
        [options errors] (reduce parse-one [defaults []] tokens)]
    {:options options :arguments arguments :errors (not-empty errors)
     :summary (let [rows (for [{:keys [short flag required negatable desc default] :as s} specs]
                           [(str (or short "   ") (cond (and short flag) ", " flag " "))
                            (str (when flag (str "--" (when negatable "[no-]") flag)) (when required (str " " required)))
                            (if (and (contains? s :default) required) (pr-str default) "")
                            (str desc)])
                    widths (apply map (fn [& xs] (apply max (map count xs))) rows)
                    fmt (str/join "  " (map #(str "%-" (max 1 %) "s") widths))]
                (str/join "\n" (map #(str/trimr (apply format (str "  " fmt) %)) rows)))}))

(defmulti command (fn [name _ _] (keyword name)))
(defmethod command :default [name _ _] {:status 2 :message (str "unknown command: " name)})
(defmethod command :add [_ {:keys [priority tag]} {:keys [tasks arguments]}]
  {:tasks (conj tasks {:id (inc (reduce max 0 (map :id tasks))) :text (str/join \space arguments) :priority priority :tags (set tag)})})
(defmethod command :done [_ _ {:keys [tasks arguments]}]
  (let [ids (set (map #(Long/parseLong %) arguments))]
    {:tasks (into [] (remove (comp ids :id)) tasks) :message (str "done: " (sort ids))}))
(defmethod command :list [_ {:keys [tag verbosity]} {:keys [tasks]}]
  {:message (str/join "\n" (for [{:keys [id text priority tags]} (sort-by (juxt :priority (comp - :id)) tasks)
                                 :when (empty? (difference (set tag) tags))]
                             (cond-> (format "%3d [%s] %s" id (apply str (repeat priority \*)) text)
                               (pos? verbosity) (str " " (vec (sort tags))))))})

(defn load-tasks [file]
  (let [f (io/file file)]
    (if (.exists ^File f) (with-open [r (java.io.PushbackReader. (io/reader f))] (edn/read r)) [])))

(defn run [& args]
  (let [{:keys [options arguments errors summary]} (parse-opts args global-options)
        [name & arguments] arguments]
    (cond
      (:help options) (println summary)
      errors (println (str "errors:\n" (str/join \newline errors)))
      :else (let [{:keys [tasks message status]} (command name options {:tasks (load-tasks (:file options)) :arguments arguments})]
              (when tasks (spit (:file options) (pr-str tasks)))
              (when message (println message))
              (or status 0)))))

(defn -main [& args]
  (let [file (File/createTempFile "todo" ".edn")
        path (.getPath file)
        todo (partial run "--file" path)]
    (.delete file)
    (todo "add" "write" "tests")
    (todo "-p1" "-t" "home" "--tag=garden" "add" "water" "plants")
    (todo "--priority" "2" "-thome" "add" "--" "cook")
    (todo "list")
    (todo "-vt" "home" "list")
    (todo "done" "1" "3")
    (prn (todo "list"))
    (prn (rename-keys (first (edn/read-string (slurp path))) {:text :title}))
    (todo "-p" "9" "--nope" "list")
    (todo "-p" "x" "list")
    (todo "-p")
    (prn (todo "frob"))
    (run "--help")
    (prn (select-keys (:options (parse-opts ["-vvv" "--no-color" "x" "-v"] global-options)) [:verbosity :color])
         (:arguments (parse-opts ["-vvv" "--no-color" "x" "-v"] global-options)))
    (prn args (count (line-seq (BufferedReader. (StringReader. "a\nb\n\nc")))))
    (io/delete-file path)
    (prn (.exists (io/file path)) (boolean (io/delete-file path true)))))

