;; answers.clj: answers forms with real Clojure. Called by answers.py: answers.clj PRELUDE FORMS OUT
;;   FORMS  lines: a form, or `boxed` and a form, whose literal arguments are then hidden behind a call: the JVM's compiler
;;          treats literals as typed primitives, which is not how values usually come
;;   OUT  for each form one line: its answer, or nothing where there is none (it does not
;;          compile, or takes longer than five seconds)
(require '[clojure.string :as str])

;; Literal arguments of calls of functions become calls of identity.
(defn boxed [form]
  (if (and (seq? form) (symbol? (first form)) (not (special-symbol? (first form)))
           (let [v (resolve (first form))] (and (var? v) (not (:macro (meta v))))))
    (cons (first form)
          (map (fn [x]
                 (cond
                   (seq? x) (boxed x)
                   (or (nil? x) (number? x) (string? x) (char? x) (keyword? x) (boolean? x)) (list `identity x)
                   :else x))
               (rest form)))
    form))

(let [[prelude forms out] *command-line-args*
      home (create-ns 'user)]
  (binding [*ns* home]
    (refer 'clojure.core)
    (load-file prelude)
    (let [answer (ns-resolve home 'answer)
          made (volatile! [])]
      (doseq [line (str/split-lines (slurp forms))]
        (let [result (promise)
              work (fn []
                     (binding [*ns* home *command-line-args* nil]
                       (deliver result
                                (try
                                  (let [thunk (eval (list `fn [] (if (str/starts-with? line "boxed ")
                                                                         (boxed (read-string {:read-cond :allow} (subs line 6)))
                                                                         (read-string {:read-cond :allow} line))))]
                                    (answer thunk))
                                  (catch Throwable e (binding [*out* *err*] (println line "\n    " (str (or (.getCause e) e)))) "")))))
              thread (Thread. nil (bound-fn* work) "form" 100000000)]
          (.setDaemon thread true)
          (.start thread)
          (let [text (deref result 5000 nil)]
            (when-not text
              (binding [*out* *err*] (println "no answer:" line))
              (.stop thread))
            (vswap! made conj (or text "")))))
      (spit out (str (str/join "\n" @made) "\n"))
      (shutdown-agents)
      (System/exit 0))))
