(ns libraries.hiccup
  (:require [hiccup.core :refer [html h]]
            [hiccup.page :as page]
            [hiccup.form :as form]
            [hiccup.element :as element]
            [hiccup.def :refer [defelem defhtml]]
            [hiccup.util :as util]))

(println (html [:p "text"] [:br] [:div#id.a.b {:title "t"} "x" [:em 1] nil 2.5 :keyword 'symbol]))
(println (html [:ul (for [i (range 4)] [:li {:class (if (even? i) "even" "odd")} i])]))
(let [items ["<one>" "two & three" "\"four\""] attributes {:id "list" :data-n 3 :hidden true :disabled false :nothing nil}]
  (println (html [:ol attributes (map (fn [item] [:li (h item)]) items)]))
  (println (html [:span ^String (str "a" "b")] [:b (when (seq items) [:i (count items)])])))
(defn card [title & body] [:section.card [:h2 title] (into [:div.body] body)])
(println (html (card "First" [:p "one"] [:p "two"])))
(println (html (let [x 3] [:td (if (odd? x) [:strong x] x)]) [:img {:src (util/to-uri "/a.png") :alt "a"}] [:script "if (a < b) {}"]))
(println (html {:mode :html} [:br] [:input {:checked true}]))
(println (html {:mode :xml} [:br] [:input {:checked true}]))
(println (page/html5 {:lang "en"} [:head [:title "T"] (page/include-css "/a.css" "/b.css") (page/include-js "/a.js")] [:body [:h1 "Hello"]]))
(println (page/xhtml [:p "x"]))
(println (page/html4 [:p "x"]))
(println (html (form/form-to [:post "/login"] (form/label "user" "User") (form/text-field "user" "me") (form/password-field :password)
                             (form/drop-down "n" ["a" ["B" "b"] ["group" ["c" "d"]]] "b") (form/check-box "remember" true)
                             (form/text-area "text" "a < b") (form/submit-button "Go"))))
(println (html (form/form-to [:delete "/thing/1"] (form/hidden-field "x" 1))))
(println (html (element/link-to "http://example.org/?a=1&b=2" "there") (element/mail-to "a@example.org") (element/unordered-list ["a" "b"])
               (element/image "x.png" "x") (element/javascript-tag "alert(1)")))
(defelem badge [text] [:span.badge text])
(defhtml page-of [title & body] [:html [:head [:title title]] [:body body]])
(println (html (badge {:id "b"} "new") (badge "old")))
(println (page-of "Title" [:p 1] [:p 2]))
(prn (util/escape-html "<&>\"'") (util/as-str :a 'b "c" 1/2) (str (util/url "/search" {:q "a b" :n 1})) (util/url-encode {:a "ü &"}))
(println (util/with-base-url "/base" (html [:a {:href (util/to-uri "/x")} "x"])))
(prn (try (html [(symbol "") "x"]) (catch Throwable e :refused)))
(println (apply str (map #(html [:p {:style {:color "red" :width 1}} %]) ["a" "b"])))
