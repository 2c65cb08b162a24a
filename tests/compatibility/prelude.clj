;; prelude.clj: what the forms of the case files use besides Clojure itself, and how an answer is written down.
;; It is read by real Clojure and put at the head of the programs that slisp compiles.
(def events (atom []))
(defn note [event] (swap! events conj event))

;; A seq of n numbers that notes each element when it is made: alone, or 32 at a time.
(defn one-by-one [] ((fn step [i] (lazy-seq (when (< i 12) (note i) (cons i (step (inc i)))))) 0))
(defn in-chunks [] (map (fn [i] (note i) i) (range 70)))

;; f, noting its calls.
(defn called [f] (fn [& args] (note 'f) (apply f args)))

(defn made [] (count (remove symbol? @events)))

;; How many elements of the source were made: when the call returned, when the first and the second element of its result were asked for,
;; when all were; then the first events and the result.
(defn probe [source f]
  (reset! events [])
  (let [result (f (source))
        counts [(made)]
        counts (if (sequential? result)
                 (let [s (seq result)
                       counts (conj counts (do (first s) (made)))
                       counts (conj counts (do (next s) (made)))]
                   (conj counts (do (dorun (take 80 result)) (made))))
                 counts)]
    [counts (take 8 @events) result]))

(defn one-line [text]
  (if (nil? text)
    "nil"
    (apply str (map (fn [c] (case c \newline "\\n" \return "\\r" \u000c "\\f" \u2028 "\\u2028" (str c))) text))))

(defn failure [e]
  (str (.getName (class e)) ": " (one-line (ex-message e)) (if (ex-data e) (str " " (pr-str (ex-data e))) "")))

(defn answer [thunk]
  (let [result (atom nil)
        output (with-out-str
                 (reset! result
                   (try
                     (binding [*print-length* 12 *print-level* 5]
                       (let [value (thunk)]
                         (if (fn? value) "a function" (pr-str value))))
                     (catch Throwable e (failure e)))))]
    (if (= "" output)
      (one-line @result)
      (str (one-line @result) " printing " (one-line output)))))
